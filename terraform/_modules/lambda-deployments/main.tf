data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_codedeploy_app" "this" {
  name             = local.application_name
  compute_platform = "Lambda"
}

# By lambda. It has the function's name, by which whoever deploys finds it.
resource "aws_codedeploy_deployment_group" "this" {
  for_each = var.lambdas

  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = each.value.function_name
  service_role_arn       = aws_iam_role.this.arn
  deployment_config_name = var.deployment_config

  # What Lambda's always are: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentStyle.html
  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  alarm_configuration {
    enabled = true
    alarms  = [for alias in each.value.aliases : aws_cloudwatch_metric_alarm.this["${each.key}:${alias}"].alarm_name]
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  depends_on = [aws_iam_role_policy.this]
}

# By lambda and alias, such as "replace-strings:prod". It judges a shift by the calls that the new version has answered, and by no
# others: where the old version fails, the one that mends it can still take over.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.aliases

  alarm_name        = each.value.alarm_name
  alarm_description = "While the alias ${each.value.alias} is shifted: more than ${var.error_threshold} calls of the new version have failed within a minute, so the shift is rolled back. The lambda's log says why."
  namespace         = "AWS/Lambda"
  metric_name       = "Errors"
  dimensions        = each.value.dimensions

  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.error_threshold
  period              = 60
  evaluation_periods  = 1
  datapoints_to_alarm = 1
  # No calls are no trouble.
  treat_missing_data = "notBreaching"

  alarm_actions = [var.alarm_topic_arn]
  ok_actions    = [var.alarm_topic_arn]

  lifecycle {
    # Whoever begins a shift sets the version that is shifted to.
    ignore_changes = [dimensions["ExecutedVersion"]]
  }
}

resource "aws_iam_role" "this" {
  name        = "${local.application_name}-deploy"
  description = "CodeDeploy shifts the aliases of the lambdas."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "codedeploy.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
    }]
  })
}

# Less than AWS's own AWSCodeDeployRoleForLambdaLimited, which is for every function and alarm of the account, reads packages and
# calls hooks. Here the revision comes with the deployment, and there are no hooks.
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html
resource "aws_iam_role_policy" "this" {
  name = "shift"
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ShiftAliases"
        Effect   = "Allow"
        Action   = ["lambda:GetAlias", "lambda:UpdateAlias"]
        Resource = concat(values(local.function_arns), [for alias in values(local.aliases) : alias.arn])
      },
      {
        # Of the versions that it shifts between, and of the alias.
        Sid      = "LookAtConcurrency"
        Effect   = "Allow"
        Action   = "lambda:GetProvisionedConcurrencyConfig"
        Resource = [for arn in values(local.function_arns) : "${arn}:*"]
      },
      {
        # AWS has been seen to check it against all alarms, whatever names are asked for: https://github.com/mattclay/aws-terminator/pull/63
        Sid      = "LookAtAlarms"
        Effect   = "Allow"
        Action   = "cloudwatch:DescribeAlarms"
        Resource = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*"
      },
    ]
  })
}
