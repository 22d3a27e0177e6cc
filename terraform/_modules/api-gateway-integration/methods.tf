resource "aws_api_gateway_model" "this" {
  for_each = local.models

  rest_api_id  = var.rest_api.id
  name         = each.value.name
  description  = each.key == "error" ? "What every error is answered with." : "The lambda ${split("/", each.key)[0]}: body of its ${split("/", each.key)[1]}."
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
  request_models       = each.value.has_body_schema ? { "application/json" = aws_api_gateway_model.this["${each.value.id}/request"].name } : {}
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

# By method, path and status, such as "POST /string/replace 200".
resource "aws_api_gateway_method_response" "this" {
  for_each = local.method_responses

  rest_api_id     = var.rest_api.id
  resource_id     = aws_api_gateway_method.this[each.value.route].resource_id
  http_method     = aws_api_gateway_method.this[each.value.route].http_method
  status_code     = each.value.status
  response_models = each.value.model == null ? {} : { "application/json" = aws_api_gateway_model.this[each.value.model].name }
}
