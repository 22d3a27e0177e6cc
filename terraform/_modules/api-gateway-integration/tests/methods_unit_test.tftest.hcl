mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  common_responses = { "400" = "Wrong.", "403" = "No key.", "500" = "Our fault." }
  identifier       = "rest-api"
  environment      = "test"
  rest_api = {
    id               = "a1b2c3d4e5"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
  }
  request_validators = { all = "id-of-all", body-only = "id-of-body-only", params-only = "id-of-params-only", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages = {
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one" }
    read-mapping    = { key = "lambdas/read-mapping-1.zip", sha256_base64 = "two" }
    write-mapping   = { key = "lambdas/write-mapping-1.zip", sha256_base64 = "three" }
    start           = { key = "lambdas/start-1.zip", sha256_base64 = "four" }
    files           = { key = "lambdas/files-1.zip", sha256_base64 = "five" }
  }
  log_retention_in_days = 7

  lambdas = {
    replace-strings = {
      lambda = {
        description           = "Replaces."
        memory_size           = 512
        timeout               = 20
        environment_variables = { LOG_LEVEL = "INFO" }
        parameters            = { MAPPING = "/rest-api/test/mapping" }
      }
      integration = {
        method          = "POST"
        path            = "/string/replace"
        validator       = "body-only"
        body_schema     = "{ \"type\": \"object\" }"
        response_schema = "{ \"type\": \"string\" }"
      }
      aliases = {
        test = { follows = "latest", description = "Newest." }
        prod = {}
      }
    }
    read-mapping = {
      integration = {
        method            = "GET"
        path              = "/string/mappings/{name}"
        validator         = "params-only"
        query_parameters  = { language = { required = true } }
        header_parameters = { X-Trace = {} }
      }
    }
    write-mapping = { integration = { method = "PUT", path = "/string/mappings/{name}" } }
    start         = { integration = { method = "GET", path = "/", validator = "none", api_key_required = false } }
    files         = { integration = { method = "ANY", path = "/files/a/b/c/{rest+}" } }
  }
}

run "methods" {
  assert {
    condition = toset(keys(aws_api_gateway_method.this)) == toset([
      "ANY /files/a/b/c/{}", "GET /", "GET /string/mappings/{}", "POST /string/replace", "PUT /string/mappings/{}"
    ])
    error_message = "Every lambda has its method, also two on one path."
  }

  assert {
    condition     = aws_api_gateway_method.this["GET /string/mappings/{}"].resource_id == aws_api_gateway_method.this["PUT /string/mappings/{}"].resource_id
    error_message = "Methods on one path share the resource."
  }

  assert {
    condition = (
      aws_api_gateway_method.this["GET /"].resource_id == "root" &&
      aws_api_gateway_method.this["POST /string/replace"].resource_id == aws_api_gateway_resource.level_2["/string/replace"].id
    )
    error_message = "A method is on the resource of its path."
  }

  assert {
    condition     = { for route, method in aws_api_gateway_method.this : route => method.api_key_required if !method.api_key_required } == { "GET /" = false }
    error_message = "An API key is required unless the entry says otherwise."
  }

  assert {
    condition = (
      aws_api_gateway_method.this["PUT /string/mappings/{}"].request_validator_id == "id-of-all" &&
      aws_api_gateway_method.this["POST /string/replace"].request_validator_id == "id-of-body-only"
    )
    error_message = "A request is validated in full unless the entry names another validator."
  }

  assert {
    condition = aws_api_gateway_method.this["GET /string/mappings/{}"].request_parameters == tomap({
      "method.request.path.name"            = true
      "method.request.querystring.language" = true
      "method.request.header.X-Trace"       = false
    })
    error_message = "Path parameters are required; query and header parameters are what the entry says."
  }

  assert {
    condition = (
      aws_api_gateway_model.this["replace-strings/request"].name == "ReplaceStringsRequest" &&
      jsondecode(aws_api_gateway_model.this["replace-strings/request"].schema) == { type = "object" } &&
      aws_api_gateway_method.this["POST /string/replace"].request_models == tomap({ "application/json" = "ReplaceStringsRequest" })
    )
    error_message = "A JSON body is checked against the entry's schema."
  }

  assert {
    condition     = keys(aws_api_gateway_model.this) == ["error", "replace-strings/request", "replace-strings/response"]
    error_message = "Every schema is a model, and so is what errors look like."
  }
}

run "integrations" {
  assert {
    condition = alltrue([
      for integration in aws_api_gateway_integration.this :
      integration.type == "AWS_PROXY" && integration.integration_http_method == "POST" &&
      endswith(integration.uri, ":$${stageVariables.alias}/invocations")
    ])
    error_message = "The stage's variable chooses the alias that is called."
  }
}

run "method_responses" {
  assert {
    condition = toset([for key in keys(aws_api_gateway_method_response.this) : key if startswith(key, "POST ")]) == toset([
      "POST /string/replace 200", "POST /string/replace 400", "POST /string/replace 403", "POST /string/replace 500"
    ])
    error_message = "A method has what its lambda answers and what the gateway may answer."
  }

  assert {
    condition     = !contains(keys(aws_api_gateway_method_response.this), "GET / 400")
    error_message = "Where nothing is validated, the gateway refuses no request as invalid."
  }

  assert {
    condition = (
      aws_api_gateway_method_response.this["POST /string/replace 200"].response_models == tomap({ "application/json" = "ReplaceStringsResponse" }) &&
      length(aws_api_gateway_method_response.this["GET / 200"].response_models) == 0
    )
    error_message = "An answer has the model of its schema, if it has a schema."
  }

  assert {
    condition = alltrue([
      for key, response in aws_api_gateway_method_response.this :
      response.response_models == tomap({ "application/json" = "ErrorMessage" }) if tonumber(response.status_code) >= 400
    ])
    error_message = "All errors look the same."
  }

  assert {
    condition = (
      jsondecode(aws_api_gateway_model.this["error"].schema).required == ["message"] &&
      aws_api_gateway_model.this["error"].name != "Error"
    )
    error_message = "An error has a message; its model has not the name of the one that every API has already."
  }

  assert {
    condition = alltrue([
      for response in aws_api_gateway_method_response.this :
      contains([for method in aws_api_gateway_method.this : "${method.resource_id} ${method.http_method}"], "${response.resource_id} ${response.http_method}")
    ])
    error_message = "A response is one of its method."
  }
}
