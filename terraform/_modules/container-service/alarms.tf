locals {
  alarms = merge(
    {
      for colour, group in var.load_balancer.target_groups : "${colour}-server-errors" => {
        description = "The ${colour} version answers with 5xx."
        metric      = "HTTPCode_Target_5XX_Count"
        statistic   = "Sum"
        percentile  = null
        threshold   = var.alarm_thresholds.server_errors
        periods     = 1
        group       = group.arn_suffix
        release     = true
      }
    },
    {
      for colour, group in var.load_balancer.target_groups : "${colour}-latency" => {
        description = "The ${colour} version is slow: one answer in twenty takes longer than ${var.alarm_thresholds.latency_p95_in_ms} ms."
        metric      = "TargetResponseTime"
        statistic   = null
        percentile  = "p95"
        threshold   = var.alarm_thresholds.latency_p95_in_ms / 1000
        periods     = var.alarm_thresholds.latency_periods
        group       = group.arn_suffix
        release     = true
      }
    },
    {
      for colour, group in var.load_balancer.target_groups : "${colour}-unhealthy" => {
        description = "A container of the ${colour} version fails its health check."
        metric      = "UnHealthyHostCount"
        statistic   = "Maximum"
        percentile  = null
        threshold   = 0
        periods     = var.alarm_thresholds.unhealthy_periods
        group       = group.arn_suffix
        # Containers that are not healthy keep a release from going on, without an alarm.
        release = false
      }
    },
  )
}

# Per target group, so that an alarm says which version it speaks of.
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.name}-service-${each.key}"
  alarm_description = each.value.description
  namespace         = "AWS/ApplicationELB"
  metric_name       = each.value.metric
  dimensions        = { LoadBalancer = var.load_balancer.arn_suffix, TargetGroup = each.value.group }

  statistic           = each.value.statistic
  extended_statistic  = each.value.percentile
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = each.value.periods
  datapoints_to_alarm = each.value.periods
  # No requests are no trouble.
  treat_missing_data = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]
}
