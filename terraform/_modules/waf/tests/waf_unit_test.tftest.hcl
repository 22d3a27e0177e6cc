mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "rest-api-test"
  encryption_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  log_retention_in_days = 7
}

run "web_acl" {
  assert {
    condition     = aws_wafv2_web_acl.this.name == "rest-api-test" && aws_wafv2_web_acl.this.scope == "REGIONAL" && length(aws_wafv2_web_acl.this.default_action[0].allow) == 1
    error_message = "What no rule refuses is let through, to regional resources."
  }

  assert {
    condition     = toset([for rule in aws_wafv2_web_acl.this.rule : rule.name]) == toset(["rate-limit", "body-size", "ip-reputation", "known-bad-inputs", "common"])
    error_message = "There are five rules."
  }

  assert {
    condition     = length(toset([for rule in aws_wafv2_web_acl.this.rule : rule.priority])) == 5
    error_message = "No two rules have the same priority."
  }

  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.this.rule :
      rule.visibility_config[0].metric_name == rule.name && rule.visibility_config[0].cloudwatch_metrics_enabled && rule.visibility_config[0].sampled_requests_enabled
    ])
    error_message = "Each rule has its metrics and samples, under its own name."
  }

  assert {
    condition     = aws_wafv2_web_acl.this.visibility_config[0].cloudwatch_metrics_enabled && aws_wafv2_web_acl.this.visibility_config[0].sampled_requests_enabled
    error_message = "The web ACL has metrics and samples too."
  }

  assert {
    condition     = output.arn == aws_wafv2_web_acl.this.arn && output.name == "rest-api-test" && toset(output.rules) == toset([for rule in aws_wafv2_web_acl.this.rule : rule.name])
    error_message = "The outputs name the web ACL and its rules."
  }
}

run "rate_limit" {
  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.this.rule :
      rule.statement[0].rate_based_statement[0].limit == 1000 &&
      rule.statement[0].rate_based_statement[0].evaluation_window_sec == 300 &&
      rule.statement[0].rate_based_statement[0].aggregate_key_type == "IP" &&
      length(rule.action[0].block) == 1 &&
      rule.priority == 0
      if rule.name == "rate-limit"
    ])
    error_message = "An address may make 1000 requests in 5 minutes, those that other rules refuse among them."
  }
}

run "other_rate_limit" {
  variables {
    rate_limit = 50
  }

  assert {
    condition     = alltrue([for rule in aws_wafv2_web_acl.this.rule : rule.statement[0].rate_based_statement[0].limit == 50 if rule.name == "rate-limit"])
    error_message = "The limit is a variable."
  }
}

run "managed_rule_groups" {
  assert {
    condition = {
      for rule in aws_wafv2_web_acl.this.rule : rule.name => rule.statement[0].managed_rule_group_statement[0].name
      if length(rule.statement[0].managed_rule_group_statement) > 0
      } == {
      ip-reputation    = "AWSManagedRulesAmazonIpReputationList"
      known-bad-inputs = "AWSManagedRulesKnownBadInputsRuleSet"
      common           = "AWSManagedRulesCommonRuleSet"
    }
    error_message = "Three rule groups are AWS's."
  }

  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.this.rule : length(rule.override_action[0].none) == 1
      if length(rule.statement[0].managed_rule_group_statement) > 0
    ])
    error_message = "What they refuse is refused."
  }

  assert {
    condition = flatten([
      for rule in aws_wafv2_web_acl.this.rule : [
        for override in rule.statement[0].managed_rule_group_statement[0].rule_action_override : "${rule.name}/${override.name}: ${length(override.action_to_use[0].count)}"
      ] if length(rule.statement[0].managed_rule_group_statement) > 0
    ]) == ["common/SizeRestrictions_BODY: 1"]
    error_message = "Only the 8 KB limit of a body is counted and not refused."
  }
}

run "logging" {
  assert {
    condition = (
      aws_cloudwatch_log_group.this.name == "aws-waf-logs-rest-api-test" &&
      aws_cloudwatch_log_group.this.retention_in_days == 7 &&
      aws_cloudwatch_log_group.this.kms_key_id == var.encryption_key_arn
    )
    error_message = "The log is encrypted, kept as long as was asked for, and named as AWS WAF wants it."
  }

  assert {
    condition = (
      aws_wafv2_web_acl_logging_configuration.this.resource_arn == aws_wafv2_web_acl.this.arn &&
      aws_wafv2_web_acl_logging_configuration.this.log_destination_configs == toset([aws_cloudwatch_log_group.this.arn])
    )
    error_message = "The web ACL logs to the log group."
  }

  assert {
    condition     = toset([for field in aws_wafv2_web_acl_logging_configuration.this.redacted_fields : field.single_header[0].name]) == toset(["authorization", "cookie", "x-api-key"])
    error_message = "Headers that open something are not logged."
  }

  assert {
    condition = (
      aws_wafv2_web_acl_logging_configuration.this.logging_filter[0].default_behavior == "DROP" &&
      alltrue([for filter in aws_wafv2_web_acl_logging_configuration.this.logging_filter[0].filter : filter.behavior == "KEEP" && filter.requirement == "MEETS_ANY"]) &&
      toset(flatten([
        for filter in aws_wafv2_web_acl_logging_configuration.this.logging_filter[0].filter : [for condition in filter.condition : condition.action_condition[0].action]
      ])) == toset(["BLOCK", "COUNT"])
    )
    error_message = "Only refused and counted requests are logged."
  }
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest api"
  }

  expect_failures = [var.name]
}

run "rate_limit_is_too_low" {
  command = plan

  variables {
    rate_limit = 9
  }

  expect_failures = [var.rate_limit]
}

run "rate_limit_is_too_high" {
  command = plan

  variables {
    rate_limit = 2000000001
  }

  expect_failures = [var.rate_limit]
}

run "rate_limit_is_not_whole" {
  command = plan

  variables {
    rate_limit = 10.5
  }

  expect_failures = [var.rate_limit]
}
