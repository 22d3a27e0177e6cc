resource "aws_cloudwatch_log_group" "access" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is log_retention_in_days; a year of them is not what everybody wants to pay for.

  name              = "/aws/apigateway/${var.name}/${var.stage}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.encryption_key_arn
}

resource "aws_api_gateway_stage" "this" {
  #checkov:skip=CKV_AWS_120:A cache costs by the hour, used or not, and would answer with a map that has changed. The lambdas cache what they read.
  #checkov:skip=CKV2_AWS_4:The execution log is off on purpose, see the method settings below; the access log has the cause of every error.
  #checkov:skip=CKV2_AWS_51:A client certificate tells an HTTP backend who calls. Here lambdas are called, which IAM permits by stage and method.
  #checkov:skip=CKV2_AWS_77:The web ACL of the module waf has the rules against Log4j; checkov does not follow its ARN through a variable.

  rest_api_id           = var.rest_api.id
  deployment_id         = var.deployment_id
  documentation_version = var.documentation_version
  stage_name            = var.stage
  description           = "Calls the alias ${var.stage} of each lambda."
  xray_tracing_enabled  = true

  variables = {
    alias = var.stage
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format          = local.access_log_format
  }
}

# The limits are the usage plan's alone: a stage's own would be a second place to look for them.
resource "aws_api_gateway_method_settings" "this" {
  #checkov:skip=CKV_AWS_225:See CKV_AWS_120 above.

  rest_api_id = var.rest_api.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    metrics_enabled = var.detailed_metrics
    # The access log has the cause of every error. The execution log would be one that no key of ours encrypts and that
    # nobody ever deletes, and at a data trace it would hold what callers send.
    logging_level      = "OFF"
    data_trace_enabled = false
    caching_enabled    = false
  }
}

resource "aws_api_gateway_usage_plan" "this" {
  name        = "${var.name}-${var.stage}"
  description = "What the API key of the stage ${var.stage} may do."

  api_stages {
    api_id = var.rest_api.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  quota_settings {
    limit  = var.limits.quota_per_day
    period = "DAY"
  }

  throttle_settings {
    rate_limit  = var.limits.rate_limit
    burst_limit = var.limits.burst_limit
  }
}

resource "aws_api_gateway_api_key" "this" {
  # The usage plan key repeats name and value, and the provider does not mark that value as sensitive: what shows a plan
  # hides the value beside a name that speaks of an API key.
  name        = "${var.name}-${var.stage}-api-key"
  description = "Opens the stage ${var.stage}."
}

resource "aws_api_gateway_usage_plan_key" "this" {
  usage_plan_id = aws_api_gateway_usage_plan.this.id
  key_id        = aws_api_gateway_api_key.this.id
  key_type      = "API_KEY"
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = var.web_acl_arn
}
