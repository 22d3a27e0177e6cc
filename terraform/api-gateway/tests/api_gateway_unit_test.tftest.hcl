mock_provider "aws" {
  source = "../tests/mocks"
}

variables {
  identifier       = "rest-api"
  environment      = "test"
  artifacts_bucket = "artifacts"
  strings_mapping  = { ABN = "ABN AMRO" }
  lambda_packages = {
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
  }
}

run "stages" {
  assert {
    condition     = keys(aws_api_gateway_stage.this) == ["prod", "test"]
    error_message = "There are two stages, test and prod."
  }

  assert {
    condition     = alltrue([for name, stage in aws_api_gateway_stage.this : stage.stage_name == name && stage.variables == tomap({ alias = name })])
    error_message = "A stage calls the aliases of its own name."
  }

  assert {
    condition     = alltrue([for stage in aws_api_gateway_stage.this : stage.deployment_id == aws_api_gateway_deployment.this.id])
    error_message = "Both stages serve the newest deployment."
  }

  assert {
    condition     = contains(aws_api_gateway_rest_api.this.endpoint_configuration[0].types, "REGIONAL")
    error_message = "The API is a regional one."
  }
}

run "keys_and_usage_plans" {
  assert {
    condition     = { for stage, key in aws_api_gateway_api_key.this : stage => key.name } == { prod = "rest-api-test-prod-api-key", test = "rest-api-test-test-api-key" }
    error_message = "Each stage has an API key of its own, whose name says that its value is a secret."
  }

  assert {
    condition = alltrue([
      for stage, plan in aws_api_gateway_usage_plan.this :
      [for item in plan.api_stages : item.stage] == [stage] &&
      plan.quota_settings[0].limit == 1000 && plan.quota_settings[0].period == "DAY" &&
      plan.throttle_settings[0].rate_limit == 10 && plan.throttle_settings[0].burst_limit == 10
    ])
    error_message = "Each stage has a plan of 1000 requests a day, 10 a second and 10 at once."
  }

  assert {
    condition = alltrue([
      for stage, link in aws_api_gateway_usage_plan_key.this :
      link.usage_plan_id == aws_api_gateway_usage_plan.this[stage].id && link.key_id == aws_api_gateway_api_key.this[stage].id
    ])
    error_message = "A key opens its own stage and not the other one."
  }

  assert {
    condition     = keys(output.api_keys) == ["prod", "test"]
    error_message = "The keys are put out by stage."
  }
}

run "limits_can_be_set_per_stage" {
  command = plan

  variables {
    stages = { test = { quota_per_day = 50 }, prod = { rate_limit = 100, burst_limit = 200 } }
  }

  assert {
    condition = (
      aws_api_gateway_usage_plan.this["test"].quota_settings[0].limit == 50 &&
      aws_api_gateway_usage_plan.this["prod"].quota_settings[0].limit == 1000 &&
      aws_api_gateway_usage_plan.this["prod"].throttle_settings[0].rate_limit == 100 &&
      aws_api_gateway_usage_plan.this["prod"].throttle_settings[0].burst_limit == 200
    )
    error_message = "What is set for a stage holds for it alone; the rest keeps its default."
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

run "strings_mapping" {
  assert {
    condition = (
      aws_ssm_parameter.strings_mapping.name == "/rest-api/test/strings-mapping" &&
      aws_ssm_parameter.strings_mapping.type == "String" &&
      jsondecode(aws_ssm_parameter.strings_mapping.insecure_value) == { ABN = "ABN AMRO" }
    )
    error_message = "The map is a plain parameter, so that its changes can be read in the plan."
  }

  assert {
    condition     = aws_ssm_parameter.strings_mapping.tier == "Standard"
    error_message = "A small map costs nothing."
  }

  assert {
    condition     = output.lambdas["replace-strings"].function_name == "rest-api-test-replace-strings"
    error_message = "The entries of lambdas.tf become functions."
  }
}

run "large_mapping" {
  command = plan

  variables {
    strings_mapping = { for index in range(300) : "text-${index}" => "other" }
  }

  assert {
    condition     = aws_ssm_parameter.strings_mapping.tier == "Advanced"
    error_message = "A map of more than 4 KB needs an advanced parameter."
  }
}

run "endpoint" {
  assert {
    condition     = output.api_endpoint == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    error_message = "The endpoint is the API's address without a stage."
  }
}

run "redeployment_covers_what_the_gateway_answers" {
  assert {
    condition     = output.redeployment == sha256(jsonencode(local.redeployment))
    error_message = "The deployment is triggered by the fingerprint."
  }

  assert {
    condition = jsonencode(local.redeployment.gateway_responses) == jsonencode({
      for type, response in aws_api_gateway_gateway_response.this : type => {
        status_code = response.status_code
        template    = response.response_templates["application/json"]
      }
    })
    error_message = "Every gateway response is part of the fingerprint, all of it."
  }

  assert {
    condition = local.redeployment.request_validators == {
      for name, validator in aws_api_gateway_request_validator.this : name => {
        body       = validator.validate_request_body
        parameters = validator.validate_request_parameters
      }
    }
    error_message = "Every request validator is part of the fingerprint, all of it."
  }

  assert {
    condition     = local.redeployment.methods == module.integrations.redeployment
    error_message = "Methods, models and integrations are part of the fingerprint."
  }
}

run "no_redeployment_for_other_changes" {
  variables {
    strings_mapping       = { ABN = "Another" }
    log_retention_in_days = 1
    stages                = { test = { quota_per_day = 1 }, prod = {} }
    lambda_packages = {
      replace-strings = { key = "lambdas/replace-strings-2.zip", sha256_base64 = "two", bytes = 2 }
    }
  }

  assert {
    condition     = output.redeployment == run.redeployment_covers_what_the_gateway_answers.redeployment
    error_message = "Code, map, limits and retention need no deployment."
  }
}
