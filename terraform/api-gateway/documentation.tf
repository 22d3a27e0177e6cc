# What is said about the API as a whole. The rest of its documentation is in the entries of lambdas.tf; docs/openapi.json is made
# of both.
locals {
  api_documentation = {
    title       = "Strings API"
    description = "Replaces words in texts by a map, and lets you look into that map. Every request needs an API key in the header x-api-key. Every error is answered with a message that says why."
  }

  # What the gateway itself may answer, whatever the lambda is. 400 only where something is validated.
  common_responses = {
    "400" = "The request is not valid; the message says why."
    "403" = "The API key is missing or wrong, or the firewall has refused the request."
    "429" = "Too many requests at once, or all of the day's are used up."
    "500" = "Something went wrong that is not the caller's fault."
    "504" = "The answer took too long."
  }
}

resource "aws_api_gateway_documentation_part" "api" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  properties  = jsonencode({ info = local.api_documentation })

  location {
    type = "API"
  }
}

# A copy of all parts, which the stages carry: what they say belongs to what they serve. Named by its content, so that a new
# text is a new version.
resource "aws_api_gateway_documentation_version" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  version     = substr(sha256(jsonencode([local.api_documentation, module.integrations.documentation])), 0, 12)
  description = "Named by a hash of its texts."

  depends_on = [aws_api_gateway_documentation_part.api]

  lifecycle {
    # A version cannot be deleted while a stage carries it.
    create_before_destroy = true
  }
}
