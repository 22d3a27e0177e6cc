mock_provider "aws" {
  source = "../tests/mocks"
}

variables {
  identifier                     = "rest-api"
  environment                    = "test"
  artifacts_bucket               = "artifacts"
  strings_mapping_parameter_name = "/rest-api/test/strings-mapping"
  encryption_key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn                    = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rest-api-test/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn                = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  lambda_packages = {
    read-mapping    = { key = "lambdas/read-mapping-1.zip", sha256_base64 = "one", bytes = 1 }
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
    search-mappings = { key = "lambdas/search-mappings-1.zip", sha256_base64 = "one", bytes = 1 }
  }
}

run "rest_api" {
  assert {
    condition     = aws_api_gateway_rest_api.this.name == "rest-api-test" && contains(aws_api_gateway_rest_api.this.endpoint_configuration[0].types, "REGIONAL")
    error_message = "The API is a regional one, named by identifier and environment."
  }

  assert {
    condition     = keys(output.lambdas) == keys(local.lambdas) && output.lambdas["replace-strings"].function_name == "rest-api-test-replace-strings"
    error_message = "The entries of lambdas.tf become functions."
  }

  assert {
    condition     = keys(output.lambda_alarms) == keys(local.lambdas) && keys(output.lambda_alarms["read-mapping"]) == ["prod", "test"]
    error_message = "Every lambda has alarms for each of its aliases."
  }
}

run "stages" {
  assert {
    condition     = keys(module.stages) == ["prod", "test"] && alltrue([for name, stage in module.stages : stage.name == name])
    error_message = "There are two stages, test and prod."
  }

  assert {
    condition     = keys(output.api_keys) == ["prod", "test"] && output.api_keys["test"] == module.stages["test"].api_key
    error_message = "The keys are put out by stage."
  }

  assert {
    condition     = output.access_log_groups == { prod = "/aws/apigateway/rest-api-test/prod", test = "/aws/apigateway/rest-api-test/test" }
    error_message = "Each stage has its own access log."
  }

  assert {
    condition     = [for section in output.dashboard_sections : section.title] == ["API Gateway, stage prod", "API Gateway, stage test"]
    error_message = "The dashboard has a section per stage."
  }

  assert {
    condition = alltrue([
      for section in output.dashboard_sections :
      contains(flatten([for widget in section.widgets : [for metric in widget.metrics : metric.namespace]]), "AWS/ApiGateway") &&
      contains(flatten([for widget in section.widgets : [for metric in widget.metrics : metric.namespace]]), "AWS/Lambda")
    ])
    error_message = "A section shows the stage and its lambdas."
  }
}

run "shifts" {
  variables {
    lambda_alarm_thresholds = { errors = 2 }
  }

  assert {
    condition     = output.lambda_application == "rest-api-test-lambdas"
    error_message = "Whoever promotes finds CodeDeploy's application."
  }

  assert {
    condition     = keys(module.deployments[0].alarms) == keys(local.lambdas) && module.deployments[0].alarms["read-mapping"] == { prod = "rest-api-test-read-mapping-prod-shift-errors" }
    error_message = "Every alias that follows promotion can be shifted, and no other."
  }

  assert {
    condition     = output.api_key_ids == { for name, stage in module.stages : name => stage.api_key_id }
    error_message = "Whoever tries out a stage can ask for its key."
  }
}

run "nothing_to_promote" {
  # Terraform takes no override of a module that the state has.
  state_key = "nothing_to_promote"

  override_module {
    target = module.integrations
    outputs = {
      lambdas           = { for id in ["read-mapping", "replace-strings", "search-mappings"] : id => { function_name = id, aliases = { test = "latest", prod = "latest" } } }
      promoted          = {}
      redeployment      = "one"
      documentation     = "0123456789ab"
      alarms            = {}
      dashboard_widgets = { test = [], prod = [] }
    }
  }

  assert {
    condition     = length(module.deployments) == 0 && output.lambda_application == null
    error_message = "Where no alias follows promotion there is nothing to shift."
  }
}

run "suffix_is_in_every_name" {
  variables {
    suffix = "-2"
  }

  assert {
    condition = (
      aws_api_gateway_rest_api.this.name == "rest-api-test-2" &&
      output.access_log_groups["test"] == "/aws/apigateway/rest-api-test-2/test" &&
      output.lambdas["replace-strings"].function_name == "rest-api-test-replace-strings-2"
    )
    error_message = "A second deployment must not meet the first one's names."
  }
}

run "request_validators" {
  assert {
    condition = { for name, validator in aws_api_gateway_request_validator.this : name => "${validator.validate_request_body} ${validator.validate_request_parameters}" } == {
      all         = "true true"
      body-only   = "true false"
      none        = "false false"
      params-only = "false true"
    }
    error_message = "Each validator checks what its name says."
  }
}

run "gateway_responses" {
  # What API Gateway puts in is replaced by texts here, so that the rest has to be JSON by itself.
  assert {
    condition = alltrue([
      for response in aws_api_gateway_gateway_response.this :
      keys(jsondecode(replace(response.response_templates["application/json"], "$context.error.messageString", "\"text\""))) == ["message"]
    ])
    error_message = "Every answer of the gateway is {\"message\": …}."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_gateway_response.this["BAD_REQUEST_BODY"].response_templates["application/json"]).message == "$context.error.validationErrorString"
    error_message = "A bad body is answered with its cause."
  }

  assert {
    condition     = strcontains(aws_api_gateway_gateway_response.this["BAD_REQUEST_PARAMETERS"].response_templates["application/json"], "$context.error.messageString")
    error_message = "Missing parameters are named in the answer."
  }

  assert {
    condition = { for type, response in aws_api_gateway_gateway_response.this : type => response.status_code if response.status_code != null } == {
      BAD_REQUEST_BODY             = "400"
      BAD_REQUEST_PARAMETERS       = "400"
      DEFAULT_5XX                  = "500"
      INTEGRATION_TIMEOUT          = "504"
      INVALID_API_KEY              = "403"
      MISSING_AUTHENTICATION_TOKEN = "404"
      QUOTA_EXCEEDED               = "429"
      THROTTLED                    = "429"
    }
    error_message = "Answers have the status that HTTP has for them; an unknown path is 404."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_gateway_response.this["DEFAULT_5XX"].response_templates["application/json"], "$context")
    error_message = "An error of ours gives no details."
  }
}

run "documentation" {
  assert {
    condition = (
      aws_api_gateway_documentation_part.api.location[0].type == "API" &&
      jsondecode(aws_api_gateway_documentation_part.api.properties).info == local.api_documentation
    )
    error_message = "The API says what it is for."
  }

  assert {
    condition     = can(regex("^[0-9a-f]{12}$", aws_api_gateway_documentation_version.this.version)) && output.documentation_version == aws_api_gateway_documentation_version.this.version
    error_message = "A version is named by its texts, so that other texts are another version."
  }
}

run "endpoint" {
  assert {
    condition     = output.api_endpoint == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    error_message = "The endpoint is the API's address without a stage."
  }

  assert {
    condition     = !aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "Without a domain, callers use AWS's address of the API."
  }
}

run "domain" {
  # What ACM asks for is known only from ACM.
  override_module {
    target  = module.certificate
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  variables {
    domain = { name = "api.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = output.api_endpoint == "https://api.example.com"
    error_message = "With a domain, the endpoint is the domain's."
  }

  assert {
    condition     = aws_api_gateway_rest_api.this.disable_execute_api_endpoint
    error_message = "With a domain, AWS's address is closed: it would take TLS 1.0."
  }
}
