locals {
  # Of one alias and not of the function, so that test and prod can be told apart:
  # https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-view.html
  alias_dimensions = {
    for key, alias in local.aliases : key => {
      FunctionName = local.function_names[alias.id]
      Resource     = "${local.function_names[alias.id]}:${alias.stage}"
    }
  }

  alarms = merge([
    for key, alias in local.aliases : merge(
      {
        "${key}:errors" = {
          alias       = key
          kind        = "errors"
          description = "More than ${var.alarm_thresholds.errors} calls have failed within a minute. The lambda's log says why."
          metric      = "Errors"
          statistic   = "Sum"
          percentile  = null
          threshold   = var.alarm_thresholds.errors
          periods     = 1
        }
        "${key}:duration" = {
          alias       = key
          kind        = "duration"
          description = "For ${var.alarm_thresholds.duration_periods} minutes the slowest 5 % of calls have taken more than ${var.alarm_thresholds.duration_percent_of_timeout} % of the ${var.lambdas[alias.id].lambda.timeout} s after which a call is ended."
          metric      = "Duration"
          statistic   = null
          percentile  = "p95"
          threshold   = var.lambdas[alias.id].lambda.timeout * 1000 * var.alarm_thresholds.duration_percent_of_timeout / 100
          periods     = var.alarm_thresholds.duration_periods
        }
      },
      # Without a key there is no usage plan, and so no number of calls that is too high.
      !var.lambdas[alias.id].integration.api_key_required ? {} : {
        "${key}:invocations" = {
          alias       = key
          kind        = "invocations"
          description = "More calls within a minute than the usage plan of the stage ${alias.stage} lets through: they come past the API, or its limits do not hold."
          metric      = "Invocations"
          statistic   = "Sum"
          percentile  = null
          threshold   = var.stages[alias.stage].rate_limit * 60 + var.stages[alias.stage].burst_limit
          periods     = 1
        }
      },
    )
  ]...)
}

# By lambda, alias and kind, such as "replace-strings:prod:errors".
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${local.function_names[local.aliases[each.value.alias].id]}-${local.aliases[each.value.alias].stage}-${each.value.kind}"
  alarm_description = each.value.description
  namespace         = "AWS/Lambda"
  metric_name       = each.value.metric
  dimensions        = local.alias_dimensions[each.value.alias]

  statistic           = each.value.statistic
  extended_statistic  = each.value.percentile
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  # No calls are no trouble.
  treat_missing_data = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]
}
