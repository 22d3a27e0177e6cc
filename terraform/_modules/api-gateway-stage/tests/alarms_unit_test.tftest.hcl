mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "rest-api-test"
  stage                 = "prod"
  rest_api              = { id = "a1b2c3d4e5", name = "rest-api-test" }
  deployment_id         = "d1e2p3"
  documentation_version = "0123456789ab"
  log_retention_in_days = 7
  encryption_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn           = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rest-api-test/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn       = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
}

run "every_alarm" {
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["client-errors", "latency", "server-errors"] && keys(output.alarms) == keys(aws_cloudwatch_metric_alarm.this)
    error_message = "There are alarms for latency, for 4xx and for 5xx."
  }

  assert {
    condition     = alltrue([for kind, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name == "rest-api-test-prod-${kind}"])
    error_message = "An alarm is named by deployment, stage and kind."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.namespace == "AWS/ApiGateway" && alarm.dimensions == tomap({ ApiName = "rest-api-test", Stage = "prod" })
    ])
    error_message = "An alarm looks at one stage, not at the whole API."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.period == 60 && alarm.evaluation_periods == 5 && alarm.datapoints_to_alarm == 5 &&
      alarm.comparison_operator == "GreaterThanThreshold"
    ])
    error_message = "An alarm fires after 5 minutes in a row above its threshold."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching"])
    error_message = "No requests are no trouble."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset([var.alarm_topic_arn]) && alarm.ok_actions == toset([var.alarm_topic_arn])
    ])
    error_message = "People hear when it begins and when it is over."
  }
}

run "latency" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["latency"].metric_name == "Latency" &&
      aws_cloudwatch_metric_alarm.this["latency"].extended_statistic == "p95" &&
      aws_cloudwatch_metric_alarm.this["latency"].threshold == 1000
    )
    error_message = "The latency of 95 % of requests must stay below a second."
  }
}

run "errors" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["client-errors"].metric_name == "4XXError" &&
      aws_cloudwatch_metric_alarm.this["client-errors"].statistic == "Average" &&
      aws_cloudwatch_metric_alarm.this["client-errors"].threshold == 0.02
    )
    error_message = "At most 2 % of requests may be answered 4xx."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["server-errors"].metric_name == "5XXError" &&
      aws_cloudwatch_metric_alarm.this["server-errors"].statistic == "Average" &&
      aws_cloudwatch_metric_alarm.this["server-errors"].threshold == 0.02
    )
    error_message = "At most 2 % of requests may be answered 5xx."
  }
}

run "thresholds_can_be_set" {
  command = plan

  variables {
    alarm_thresholds = { latency_p95_in_ms = 500, client_error_percent = 10, periods = 3 }
  }

  assert {
    condition = (
      { for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => alarm.threshold } == { client-errors = 0.1, latency = 500, server-errors = 0.02 } &&
      alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.evaluation_periods == 3 && alarm.datapoints_to_alarm == 3])
    )
    error_message = "What is set holds; the rest keeps its default."
  }
}

run "dashboard" {
  assert {
    condition = alltrue(flatten([
      for widget in output.dashboard_widgets : [for metric in widget.metrics : metric.dimensions == { ApiName = "rest-api-test", Stage = "prod" }]
    ]))
    error_message = "The dashboard shows this stage's metrics."
  }

  assert {
    condition     = toset(flatten([for widget in output.dashboard_widgets : [for metric in widget.metrics : metric.name]])) == toset(["4XXError", "5XXError", "Count", "IntegrationLatency", "Latency"])
    error_message = "Requests, failures and latency can be seen."
  }

  assert {
    condition     = toset(flatten([for widget in output.dashboard_widgets : try(widget.alarms, [])])) == toset(values(output.alarms))
    error_message = "Every alarm of the stage is on the dashboard."
  }
}
