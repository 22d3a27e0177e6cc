data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_ssm_parameter" "strings_mapping" {
  name        = local.strings_mapping_parameter_name
  description = "What the API replaces by what, as a JSON object."
  type        = "String"
  # Larger ones cost money, and go back to being small only by being replaced.
  tier = length(local.strings_mapping) > 4000 ? "Advanced" : "Standard"
  # Not a secret: reviewers have to see it in the plan.
  insecure_value = local.strings_mapping
}

resource "aws_api_gateway_rest_api" "this" {
  name        = local.name
  description = "REST API of ${var.identifier} in ${var.environment}."

  endpoint_configuration {
    types = ["REGIONAL"]
  }
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
  stages             = keys(var.stages)

  artifacts_bucket      = var.artifacts_bucket
  packages              = var.lambda_packages
  log_retention_in_days = var.log_retention_in_days

  lambdas = {
    for id, entry in local.lambdas : id => merge(entry, {
      integration = merge({ body_schema = lookup(local.body_schemas, id, null) }, entry.integration)
    })
  }
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

resource "aws_api_gateway_stage" "this" {
  for_each = var.stages

  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = each.key
  description   = "Calls the alias ${each.key} of each lambda."

  variables = {
    alias = each.key
  }
}

resource "aws_api_gateway_usage_plan" "this" {
  for_each = var.stages

  name        = "${local.name}-${each.key}"
  description = "What the API key of the stage ${each.key} may do."

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this[each.key].stage_name
  }

  quota_settings {
    limit  = each.value.quota_per_day
    period = "DAY"
  }

  throttle_settings {
    rate_limit  = each.value.rate_limit
    burst_limit = each.value.burst_limit
  }
}

resource "aws_api_gateway_api_key" "this" {
  for_each = var.stages

  # The usage plan key repeats name and value, and the provider does not mark that value as sensitive: what shows a plan
  # hides the value beside a name that speaks of an API key.
  name        = "${local.name}-${each.key}-api-key"
  description = "Opens the stage ${each.key}."
}

resource "aws_api_gateway_usage_plan_key" "this" {
  for_each = var.stages

  usage_plan_id = aws_api_gateway_usage_plan.this[each.key].id
  key_id        = aws_api_gateway_api_key.this[each.key].id
  key_type      = "API_KEY"
}
