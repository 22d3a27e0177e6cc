# A stage serves what was deployed to it last: each kind of change that shapes its answers has to be a new deployment, and no
# other change is one.
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

run "base" {
  command = plan
}

run "domain" {
  command = plan

  variables {
    domain = { name = "api.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "Closing AWS's address of the API takes effect with a deployment."
  }
}

run "no_redeployment_for_other_changes" {
  command = plan

  variables {
    strings_mapping_parameter_name = "/another/mapping"
    log_retention_in_days          = 1
    stages                         = { test = { quota_per_day = 1, rate_limit = 1, detailed_metrics = true }, prod = {} }
    stage_alarm_thresholds         = { latency_p95_in_ms = 1, periods = 1 }
    lambda_alarm_thresholds        = { errors = 1 }
    alarm_topic_arn                = "arn:aws:sns:eu-west-1:123456789012:another"
    encryption_key_arn             = "arn:aws:kms:eu-west-1:123456789012:key/another"
    lambda_packages = {
      read-mapping    = { key = "lambdas/read-mapping-2.zip", sha256_base64 = "two", bytes = 2 }
      replace-strings = { key = "lambdas/replace-strings-2.zip", sha256_base64 = "two", bytes = 2 }
      search-mappings = { key = "lambdas/search-mappings-2.zip", sha256_base64 = "two", bytes = 2 }
    }
  }

  assert {
    condition     = output.redeployment == run.base.redeployment
    error_message = "Code, map, limits, alarms and logs need no deployment."
  }

  assert {
    condition     = output.documentation_version == run.base.documentation_version
    error_message = "What is not said changes no documentation."
  }
}
