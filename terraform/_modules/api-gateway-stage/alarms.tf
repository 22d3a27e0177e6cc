resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name        = "${var.name}-${var.stage}-${each.key}"
  alarm_description = each.value.description
  namespace         = "AWS/ApiGateway"
  metric_name       = each.value.metric
  dimensions        = local.dimensions

  statistic           = each.value.statistic
  extended_statistic  = each.value.percentile
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 60
  evaluation_periods  = var.alarm_thresholds.periods
  datapoints_to_alarm = var.alarm_thresholds.periods
  # No requests are no trouble.
  treat_missing_data = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]
}
