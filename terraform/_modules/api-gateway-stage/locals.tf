locals {
  # One line of JSON per request. Who called is the key's id, never its value:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
  access_log_format = jsonencode({
    requestId          = "$context.requestId"
    extendedRequestId  = "$context.extendedRequestId"
    requestTime        = "$context.requestTime"
    ip                 = "$context.identity.sourceIp"
    apiKeyId           = "$context.identity.apiKeyId"
    stage              = "$context.stage"
    method             = "$context.httpMethod"
    resourcePath       = "$context.resourcePath"
    status             = "$context.status"
    responseLength     = "$context.responseLength"
    responseLatency    = "$context.responseLatency"
    integrationLatency = "$context.integrationLatency"
    integrationStatus  = "$context.integrationStatus"
    errorMessage       = "$context.error.message"
    errorType          = "$context.error.responseType"
    validationError    = "$context.error.validationErrorString"
    wafStatus          = "$context.waf.status"
    xrayTraceId        = "$context.xrayTraceId"
  })

  # What API Gateway counts per stage:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  dimensions = {
    ApiName = var.rest_api.name
    Stage   = var.stage
  }

  minutes = "For ${var.alarm_thresholds.periods} minutes"

  # The average of 4XXError and 5XXError is the part of the requests that they are.
  alarms = {
    latency = {
      description = "${local.minutes} the slowest 5 % of requests have taken more than ${var.alarm_thresholds.latency_p95_in_ms} ms. The access log says which."
      metric      = "Latency"
      statistic   = null
      percentile  = "p95"
      threshold   = var.alarm_thresholds.latency_p95_in_ms
    }
    client-errors = {
      description = "${local.minutes} more than ${var.alarm_thresholds.client_error_percent} % of requests were answered 4xx. The access log says why."
      metric      = "4XXError"
      statistic   = "Average"
      percentile  = null
      threshold   = var.alarm_thresholds.client_error_percent / 100
    }
    server-errors = {
      description = "${local.minutes} more than ${var.alarm_thresholds.server_error_percent} % of requests were answered 5xx. The access log says which, the lambda's log why."
      metric      = "5XXError"
      statistic   = "Average"
      percentile  = null
      threshold   = var.alarm_thresholds.server_error_percent / 100
    }
  }
}
