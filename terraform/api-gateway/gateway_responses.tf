locals {
  # A gateway response's template knows simple substitution only. messageString comes with its quotes,
  # validationErrorString without them:
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
  message_of_gateway = "{\"message\":$context.error.messageString}"

  # By type: https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
  # The two defaults hold for every type that is not named.
  gateway_responses = {
    DEFAULT_4XX = { status_code = null, template = local.message_of_gateway }
    # A lambda that fails would be 502: to the caller it is the same fault of ours. The timeout below keeps its own.
    DEFAULT_5XX            = { status_code = "500", template = jsonencode({ message = "Internal Server Error" }) }
    BAD_REQUEST_BODY       = { status_code = "400", template = jsonencode({ message = "$context.error.validationErrorString" }) }
    BAD_REQUEST_PARAMETERS = { status_code = "400", template = local.message_of_gateway }
    INVALID_API_KEY        = { status_code = "403", template = jsonencode({ message = "Forbidden" }) }
    # API Gateway's own answer to a path that it does not know is 403 "Missing Authentication Token".
    MISSING_AUTHENTICATION_TOKEN = { status_code = "404", template = jsonencode({ message = "Not Found" }) }
    THROTTLED                    = { status_code = "429", template = jsonencode({ message = "Too Many Requests" }) }
    QUOTA_EXCEEDED               = { status_code = "429", template = jsonencode({ message = "Limit Exceeded" }) }
    INTEGRATION_TIMEOUT          = { status_code = "504", template = jsonencode({ message = "Gateway Timeout" }) }
  }
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.gateway_responses

  rest_api_id        = aws_api_gateway_rest_api.this.id
  response_type      = each.key
  status_code        = each.value.status_code
  response_templates = { "application/json" = each.value.template }
}
