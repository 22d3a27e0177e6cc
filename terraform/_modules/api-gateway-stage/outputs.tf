output "name" {
  description = "Name of the stage. Whoever uses it waits for the stage."
  value       = aws_api_gateway_stage.this.stage_name
}

output "arn" {
  description = "ARN of the stage."
  value       = aws_api_gateway_stage.this.arn
}

output "api_key" {
  description = "Value of the API key."
  value       = aws_api_gateway_api_key.this.value
  sensitive   = true
}

output "api_key_id" {
  description = "Id of the API key, by which its value can be asked for."
  value       = aws_api_gateway_api_key.this.id
}

output "access_log_group" {
  description = "Name of the log group with a line per request."
  value       = aws_cloudwatch_log_group.access.name
}

output "alarms" {
  description = "The stage's alarms, as a map of kind (latency, client-errors, server-errors) to the alarm's ARN."
  value       = { for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => alarm.arn }
}

output "dashboard_widgets" {
  description = "What a dashboard shows of the stage, in the shape that the module dashboard takes."
  value = concat(
    [
      for widget in [
        { title = "Requests", stat = "Sum", unit = "requests", metrics = { Requests = ["Count", null] } },
        { title = "Part of requests that failed", stat = "Average", unit = "1 = all", metrics = { "4xx" = ["4XXError", null], "5xx" = ["5XXError", null] } },
        { title = "Latency", stat = "p95", unit = "ms", metrics = { p50 = ["Latency", "p50"], p95 = ["Latency", "p95"], p99 = ["Latency", "p99"], "p95 of the lambdas" = ["IntegrationLatency", "p95"] } },
        ] : {
        title = widget.title
        stat  = widget.stat
        unit  = widget.unit
        metrics = [
          for label, metric in widget.metrics : {
            namespace  = "AWS/ApiGateway"
            name       = metric[0]
            stat       = metric[1]
            dimensions = local.dimensions
            label      = label
          }
        ]
      }
    ],
    [{
      title   = "Alarms of the stage"
      metrics = []
      alarms  = [for kind in keys(local.alarms) : aws_cloudwatch_metric_alarm.this[kind].arn]
    }],
  )
}
