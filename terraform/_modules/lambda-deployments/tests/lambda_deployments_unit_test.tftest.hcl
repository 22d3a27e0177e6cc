mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  alarm_topic_arn = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  lambdas = {
    one = { function_name = "rest-api-test-one", version = "4", aliases = ["prod"] }
    two = { function_name = "rest-api-test-two", version = "1", aliases = ["prod", "test"] }
  }
}

run "application" {
  assert {
    condition     = aws_codedeploy_app.this.compute_platform == "Lambda" && aws_codedeploy_app.this.name == "rest-api-test-lambdas" && output.application_name == "rest-api-test-lambdas"
    error_message = "One application shifts the lambdas of an environment."
  }

  assert {
    condition     = { for id, group in aws_codedeploy_deployment_group.this : id => "${group.app_name}/${group.deployment_group_name}" } == { one = "rest-api-test-lambdas/rest-api-test-one", two = "rest-api-test-lambdas/rest-api-test-two" }
    error_message = "Each function has a deployment group that is called as it is."
  }

  assert {
    condition     = alltrue([for group in aws_codedeploy_deployment_group.this : group.service_role_arn == aws_iam_role.this.arn])
    error_message = "CodeDeploy has a role of its own for it."
  }
}

run "shift" {
  assert {
    condition = alltrue([
      for group in aws_codedeploy_deployment_group.this :
      one(group.deployment_style).deployment_type == "BLUE_GREEN" && one(group.deployment_style).deployment_option == "WITH_TRAFFIC_CONTROL"
    ])
    error_message = "Traffic is shifted between two versions that are both there."
  }

  assert {
    condition     = alltrue([for group in aws_codedeploy_deployment_group.this : group.deployment_config_name == "CodeDeployDefault.LambdaCanary10Percent5Minutes"])
    error_message = "A deployment that does not say how it shifts gives a tenth to the new version first, for five minutes."
  }

  assert {
    condition = alltrue([
      for group in aws_codedeploy_deployment_group.this :
      one(group.auto_rollback_configuration).enabled && one(group.auto_rollback_configuration).events == toset(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"])
    ])
    error_message = "The old version is back when a shift fails, its alarm fires, or somebody stops it."
  }

  assert {
    condition = { for id, group in aws_codedeploy_deployment_group.this : id => one(group.alarm_configuration).alarms } == {
      one = toset(["rest-api-test-one-prod-shift-errors"])
      two = toset(["rest-api-test-two-prod-shift-errors", "rest-api-test-two-test-shift-errors"])
    }
    error_message = "A shift is watched by the alarms on the new version alone: the others would count the old one's errors."
  }

  # It would go on with an alarm that cannot be read.
  assert {
    condition     = alltrue([for group in aws_codedeploy_deployment_group.this : one(group.alarm_configuration).enabled && one(group.alarm_configuration).ignore_poll_alarm_failure != true])
    error_message = "A shift does not go on blindly."
  }
}

run "alarms" {
  assert {
    condition = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.dimensions } == {
      "one:prod" = tomap({ FunctionName = "rest-api-test-one", Resource = "rest-api-test-one:prod", ExecutedVersion = "4" })
      "two:prod" = tomap({ FunctionName = "rest-api-test-two", Resource = "rest-api-test-two:prod", ExecutedVersion = "1" })
      "two:test" = tomap({ FunctionName = "rest-api-test-two", Resource = "rest-api-test-two:test", ExecutedVersion = "1" })
    }
    error_message = "An alarm looks at one version behind one alias."
  }

  assert {
    condition = alltrue([
      for alarm in aws_cloudwatch_metric_alarm.this :
      alarm.namespace == "AWS/Lambda" && alarm.metric_name == "Errors" && alarm.statistic == "Sum" && alarm.period == 60 &&
      alarm.evaluation_periods == 1 && alarm.datapoints_to_alarm == 1 && alarm.threshold == 0 && alarm.comparison_operator == "GreaterThanThreshold"
    ])
    error_message = "One failed call of the new version is enough."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching"])
    error_message = "No calls are no trouble."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([var.alarm_topic_arn]) && alarm.ok_actions == toset([var.alarm_topic_arn])])
    error_message = "People hear when it begins and when it is over."
  }

  assert {
    condition = output.alarms == {
      one = { prod = "rest-api-test-one-prod-shift-errors" }
      two = { prod = "rest-api-test-two-prod-shift-errors", test = "rest-api-test-two-test-shift-errors" }
    }
    error_message = "The alarms are found by lambda and alias."
  }
}

# After "alarms", with its state: what the actions have set must not be set back when there is newer code.
run "newer_code" {
  variables {
    lambdas = {
      one = { function_name = "rest-api-test-one", version = "5", aliases = ["prod"] }
      two = { function_name = "rest-api-test-two-2", version = "1", aliases = ["prod", "test"] }
    }
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["one:prod"].dimensions["ExecutedVersion"] == "4"
    error_message = "Which version is looked at is not Terraform's to say."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["two:prod"].dimensions["Resource"] == "rest-api-test-two-2:prod"
    error_message = "Which alias is looked at is."
  }
}

run "thresholds_and_strategy_can_be_set" {
  command = plan

  variables {
    error_threshold   = 3
    deployment_config = "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.threshold == 3])
    error_message = "How many failed calls are too many can be chosen."
  }

  assert {
    condition     = alltrue([for group in aws_codedeploy_deployment_group.this : group.deployment_config_name == "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"])
    error_message = "How traffic is shifted can be chosen."
  }
}
