data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_api_gateway_rest_api" "this" {
  #checkov:skip=CKV_AWS_237:Nothing that can be set here replaces the API. Two of one name at once would share their metrics, alarms and log groups.

  name        = local.name
  description = "REST API of ${var.identifier} in ${var.environment}."

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  # It would take TLS 1.0 still: with a domain of its own, the API is called by that one alone.
  disable_execute_api_endpoint = var.domain != null
}

resource "aws_api_gateway_request_validator" "this" {
  for_each = local.request_validators

  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = each.key
  validate_request_body       = each.value.body
  validate_request_parameters = each.value.parameters
}

module "integrations" {
  source = "../_modules/api-gateway-integration"

  identifier  = var.identifier
  environment = var.environment
  suffix      = var.suffix

  rest_api = {
    id               = aws_api_gateway_rest_api.this.id
    root_resource_id = aws_api_gateway_rest_api.this.root_resource_id
    execution_arn    = aws_api_gateway_rest_api.this.execution_arn
  }
  request_validators = { for name, validator in aws_api_gateway_request_validator.this : name => validator.id }
  stages             = var.stages

  artifacts_bucket      = var.artifacts_bucket
  packages              = var.lambda_packages
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = var.encryption_key_arn
  alarm_topic_arn       = var.alarm_topic_arn
  alarm_thresholds      = var.lambda_alarm_thresholds
  common_responses      = local.common_responses

  lambdas = {
    for id, entry in local.lambdas : id => merge(entry, {
      integration = merge(
        {
          body_schema     = lookup(local.body_schemas, id, null)
          response_schema = lookup(local.response_schemas, id, null)
        },
        entry.integration,
      )
    })
  }
}

module "deployments" {
  source = "../_modules/lambda-deployments"
  count  = length(module.integrations.promoted) > 0 ? 1 : 0

  name            = local.name
  lambdas         = module.integrations.promoted
  error_threshold = var.lambda_alarm_thresholds.errors
  alarm_topic_arn = var.alarm_topic_arn
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = {
    redeployment = sha256(jsonencode(local.redeployment))
  }

  depends_on = [
    aws_api_gateway_gateway_response.this,
    aws_api_gateway_request_validator.this,
  ]

  lifecycle {
    # A stage can move to a new deployment only while the old one is there.
    create_before_destroy = true
  }
}

module "stages" {
  source   = "../_modules/api-gateway-stage"
  for_each = var.stages

  name  = local.name
  stage = each.key
  rest_api = {
    id   = aws_api_gateway_rest_api.this.id
    name = aws_api_gateway_rest_api.this.name
  }
  deployment_id         = aws_api_gateway_deployment.this.id
  documentation_version = aws_api_gateway_documentation_version.this.version

  limits                = each.value
  detailed_metrics      = each.value.detailed_metrics
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = var.encryption_key_arn
  web_acl_arn           = var.web_acl_arn
  alarm_topic_arn       = var.alarm_topic_arn
  alarm_thresholds      = var.stage_alarm_thresholds
}
