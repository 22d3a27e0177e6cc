resource "aws_api_gateway_model" "this" {
  for_each = local.models

  rest_api_id  = var.rest_api.id
  name         = each.value.name
  description  = "Body of a request to the lambda ${each.key}."
  content_type = "application/json"
  schema       = each.value.schema
}

# By method and path, such as "POST /string/replace".
resource "aws_api_gateway_method" "this" {
  for_each = local.methods

  rest_api_id          = var.rest_api.id
  resource_id          = local.resource_ids[each.value.path_key]
  http_method          = each.value.http_method
  authorization        = "NONE"
  api_key_required     = each.value.api_key_required
  request_validator_id = var.request_validators[each.value.validator]
  request_models       = each.value.has_body_schema ? { "application/json" = aws_api_gateway_model.this[each.value.id].name } : {}
  request_parameters   = each.value.request_parameters
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.methods

  rest_api_id             = var.rest_api.id
  resource_id             = aws_api_gateway_method.this[each.key].resource_id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  # The stage's variable chooses the alias: one deployment serves all stages.
  uri = replace(aws_lambda_function.this[each.value.id].invoke_arn, "/invocations", ":$${stageVariables.alias}/invocations")
}
