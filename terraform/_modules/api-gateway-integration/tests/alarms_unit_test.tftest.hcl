mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  rest_api = {
    id               = "a1b2c3d4e5"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
  }
  request_validators = { all = "id-of-all", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages           = { one = { key = "one.zip", sha256_base64 = "one" }, open = { key = "two.zip", sha256_base64 = "two" } }

  lambdas = {
    one  = { lambda = { timeout = 5 }, integration = { method = "POST", path = "/one" } }
    open = { integration = { method = "GET", path = "/open", api_key_required = false } }
  }
}

run "every_alias" {
  assert {
    condition = toset(keys(aws_cloudwatch_metric_alarm.this)) == toset([
      "one:test:errors", "one:test:duration", "one:test:invocations",
      "one:prod:errors", "one:prod:duration", "one:prod:invocations",
      "open:test:errors", "open:test:duration",
      "open:prod:errors", "open:prod:duration",
    ])
    error_message = "Each alias has its alarms; one for the number of calls where a usage plan limits it."
  }

  assert {
    condition = alltrue([
      for key, alarm in aws_cloudwatch_metric_alarm.this :
      alarm.namespace == "AWS/Lambda" && alarm.dimensions == tomap({
        FunctionName = "rest-api-test-${split(":", key)[0]}"
        Resource     = "rest-api-test-${split(":", key)[0]}:${split(":", key)[1]}"
      })
    ])
    error_message = "An alarm looks at one alias, not at the whole function."
  }

  assert {
    condition     = alltrue([for key, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name == "rest-api-test-${replace(key, ":", "-")}"])
    error_message = "An alarm is named by function, alias and kind."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold" &&
      alarm.period == 60 && alarm.datapoints_to_alarm == alarm.evaluation_periods
    ])
    error_message = "No calls are no trouble, and an alarm fires only above its threshold."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset([var.alarm_topic_arn]) && alarm.ok_actions == toset([var.alarm_topic_arn])
    ])
    error_message = "People hear when it begins and when it is over."
  }

  assert {
    condition = output.alarms == {
      one = {
        prod = { duration = "rest-api-test-one-prod-duration", errors = "rest-api-test-one-prod-errors", invocations = "rest-api-test-one-prod-invocations" }
        test = { duration = "rest-api-test-one-test-duration", errors = "rest-api-test-one-test-errors", invocations = "rest-api-test-one-test-invocations" }
      }
      open = {
        prod = { duration = "rest-api-test-open-prod-duration", errors = "rest-api-test-open-prod-errors" }
        test = { duration = "rest-api-test-open-test-duration", errors = "rest-api-test-open-test-errors" }
      }
    }
    error_message = "Whoever shifts an alias finds its alarms by lambda and alias."
  }
}

run "thresholds" {
  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["one:prod:errors"].metric_name == "Errors" &&
      aws_cloudwatch_metric_alarm.this["one:prod:errors"].statistic == "Sum" &&
      aws_cloudwatch_metric_alarm.this["one:prod:errors"].threshold == 0 &&
      aws_cloudwatch_metric_alarm.this["one:prod:errors"].evaluation_periods == 1
    )
    error_message = "One failed call is one to hear of."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].metric_name == "Duration" &&
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].extended_statistic == "p95" &&
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].threshold == 4000 &&
      aws_cloudwatch_metric_alarm.this["open:prod:duration"].threshold == 8000 &&
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].evaluation_periods == 5
    )
    error_message = "The duration is measured against the lambda's own timeout."
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["one:prod:invocations"].metric_name == "Invocations" &&
      aws_cloudwatch_metric_alarm.this["one:prod:invocations"].statistic == "Sum" &&
      aws_cloudwatch_metric_alarm.this["one:test:invocations"].threshold == 610 &&
      aws_cloudwatch_metric_alarm.this["one:prod:invocations"].threshold == 1205
    )
    error_message = "More calls than the stage's usage plan lets through in a minute are too many."
  }
}

run "thresholds_can_be_set" {
  command = plan

  variables {
    alarm_thresholds = { errors = 3, duration_periods = 2 }
  }

  assert {
    condition = (
      aws_cloudwatch_metric_alarm.this["one:prod:errors"].threshold == 3 &&
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].evaluation_periods == 2 &&
      aws_cloudwatch_metric_alarm.this["one:prod:duration"].threshold == 4000
    )
    error_message = "What is set holds; the rest keeps its default."
  }
}

run "dashboard" {
  assert {
    condition = alltrue(flatten([
      for stage, widgets in output.dashboard_widgets : [
        for widget in widgets : [for metric in widget.metrics : endswith(metric.dimensions.Resource, ":${stage}")]
      ]
    ]))
    error_message = "A stage shows its own aliases."
  }

  assert {
    condition = alltrue([
      for widgets in values(output.dashboard_widgets) :
      toset(flatten([for widget in widgets : [for metric in widget.metrics : "${metric.label} ${metric.name}"]])) ==
      toset(flatten([for id in ["one", "open"] : [for name in ["Duration", "Errors", "Invocations", "Throttles"] : "${id} ${name}"]]))
    ])
    error_message = "Every lambda is shown with its calls, failures, throttles and duration."
  }

  assert {
    condition     = { for stage, widgets in output.dashboard_widgets : stage => length(flatten([for widget in widgets : try(widget.alarms, [])])) } == { prod = 5, test = 5 }
    error_message = "Every alarm of the stage is on the dashboard."
  }
}
