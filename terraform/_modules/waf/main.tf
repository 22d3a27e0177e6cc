resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:The rule against Log4Shell is known-bad-inputs, in a dynamic block, which checkov does not read.

  name        = var.name
  description = "Refuses what ${var.name} should not be asked."
  scope       = "REGIONAL"

  default_action {
    allow {}
  }

  # First, so that it counts what the others refuse.
  rule {
    name     = local.rules.rate_limit
    priority = 0

    action {
      block {}
    }

    statement {
      rate_based_statement {
        aggregate_key_type    = "IP"
        limit                 = var.rate_limit
        evaluation_window_sec = 300
      }
    }

    visibility_config {
      metric_name                = local.rules.rate_limit
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  rule {
    name     = local.rules.body_size
    priority = 1

    action {
      block {}
    }

    # By the header: of the body itself a firewall sees the first 8 KB (load balancer) or 16 KB (API Gateway) only.
    # https://docs.aws.amazon.com/waf/latest/developerguide/waf-oversize-request-components.html
    statement {
      regex_match_statement {
        regex_string = local.more_than_max_body_bytes

        field_to_match {
          single_header {
            name = "content-length"
          }
        }

        text_transformation {
          priority = 0
          type     = "NONE"
        }
      }
    }

    visibility_config {
      metric_name                = local.rules.body_size
      cloudwatch_metrics_enabled = true
      sampled_requests_enabled   = true
    }
  }

  dynamic "rule" {
    for_each = local.managed_rule_groups

    content {
      name     = rule.value.rule
      priority = rule.value.priority

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          vendor_name = "AWS"
          name        = rule.key

          dynamic "rule_action_override" {
            for_each = rule.value.counted_only

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        metric_name                = rule.value.rule
        cloudwatch_metrics_enabled = true
        sampled_requests_enabled   = true
      }
    }
  }

  visibility_config {
    metric_name                = var.name
    cloudwatch_metrics_enabled = true
    sampled_requests_enabled   = true
  }
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:It holds addresses of people, which nobody should keep for a year without a reason. Who has one says so.

  # AWS WAF writes to no group whose name begins otherwise.
  name              = "aws-waf-logs-${var.name}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.encryption_key_arn
}

resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.this.arn]

  dynamic "redacted_fields" {
    for_each = local.redacted_headers

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  # Requests that no rule says anything about are in the access log.
  logging_filter {
    default_behavior = "DROP"

    filter {
      behavior    = "KEEP"
      requirement = "MEETS_ANY"

      condition {
        action_condition {
          action = "BLOCK"
        }
      }

      condition {
        action_condition {
          action = "COUNT"
        }
      }
    }
  }
}
