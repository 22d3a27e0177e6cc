mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "rest-api-test"
  stage                 = "prod"
  rest_api              = { id = "a1b2c3d4e5", name = "rest-api-test" }
  deployment_id         = "d1e2p3"
  documentation_version = "0123456789ab"
  log_retention_in_days = 7
  encryption_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn           = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rest-api-test/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn       = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
}

run "stage" {
  assert {
    condition = (
      aws_api_gateway_stage.this.stage_name == "prod" &&
      aws_api_gateway_stage.this.rest_api_id == "a1b2c3d4e5" &&
      aws_api_gateway_stage.this.deployment_id == "d1e2p3"
    )
    error_message = "The stage serves the deployment that it was given."
  }

  assert {
    condition     = aws_api_gateway_stage.this.variables == tomap({ alias = "prod" })
    error_message = "A stage calls the aliases of its own name."
  }

  assert {
    condition     = aws_api_gateway_stage.this.documentation_version == "0123456789ab"
    error_message = "A stage carries the documentation of what it serves."
  }

  assert {
    condition     = aws_api_gateway_stage.this.xray_tracing_enabled
    error_message = "Requests are traced."
  }

  assert {
    condition     = output.name == "prod" && output.arn == aws_api_gateway_stage.this.arn
    error_message = "Others find the stage by its name and ARN."
  }
}

run "access_log" {
  assert {
    condition = (
      aws_cloudwatch_log_group.access.name == "/aws/apigateway/rest-api-test/prod" &&
      aws_cloudwatch_log_group.access.retention_in_days == 7 &&
      aws_cloudwatch_log_group.access.kms_key_id == var.encryption_key_arn &&
      output.access_log_group == "/aws/apigateway/rest-api-test/prod"
    )
    error_message = "Each stage has an access log of its own, encrypted and with an end."
  }

  assert {
    condition     = aws_api_gateway_stage.this.access_log_settings[0].destination_arn == aws_cloudwatch_log_group.access.arn
    error_message = "Requests are logged there."
  }

  assert {
    condition = length(setsubtract(
      ["requestId", "extendedRequestId", "ip", "apiKeyId", "method", "resourcePath", "status", "responseLength", "responseLatency", "integrationLatency", "errorMessage", "validationError", "wafStatus", "xrayTraceId"],
      keys(jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format)),
    )) == 0
    error_message = "A line is JSON, and says who called what and how it went."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_stage.this.access_log_settings[0].format).apiKeyId == "$context.identity.apiKeyId" && !can(regex("identity\\.apiKey\\W", aws_api_gateway_stage.this.access_log_settings[0].format))
    error_message = "The log has the id of the caller's key and never its value."
  }

  assert {
    condition     = !strcontains(aws_api_gateway_stage.this.access_log_settings[0].format, "\n")
    error_message = "API Gateway takes a format of one line only."
  }
}

run "method_settings" {
  assert {
    condition = (
      aws_api_gateway_method_settings.this.method_path == "*/*" &&
      aws_api_gateway_method_settings.this.stage_name == "prod" &&
      !aws_api_gateway_method_settings.this.settings[0].data_trace_enabled &&
      !aws_api_gateway_method_settings.this.settings[0].caching_enabled &&
      aws_api_gateway_method_settings.this.settings[0].logging_level == "OFF"
    )
    error_message = "What callers send is in no log and in no cache."
  }

  assert {
    condition     = !aws_api_gateway_method_settings.this.settings[0].metrics_enabled
    error_message = "Metrics per method cost money, so they are not the default."
  }
}

run "detailed_metrics_can_be_had" {
  command = plan

  variables {
    detailed_metrics = true
  }

  assert {
    condition     = aws_api_gateway_method_settings.this.settings[0].metrics_enabled
    error_message = "Metrics per method can be turned on."
  }
}

run "key_and_usage_plan" {
  assert {
    condition     = aws_api_gateway_api_key.this.name == "rest-api-test-prod-api-key"
    error_message = "The key's name says that its value is a secret: what shows plans goes by that."
  }

  assert {
    condition = (
      aws_api_gateway_usage_plan.this.name == "rest-api-test-prod" &&
      [for item in aws_api_gateway_usage_plan.this.api_stages : "${item.api_id} ${item.stage}"] == ["a1b2c3d4e5 prod"]
    )
    error_message = "A plan is for this stage and no other."
  }

  assert {
    condition = (
      aws_api_gateway_usage_plan.this.quota_settings[0].limit == 1000 &&
      aws_api_gateway_usage_plan.this.quota_settings[0].period == "DAY" &&
      aws_api_gateway_usage_plan.this.throttle_settings[0].rate_limit == 10 &&
      aws_api_gateway_usage_plan.this.throttle_settings[0].burst_limit == 10
    )
    error_message = "By default a key has 1000 requests a day, 10 a second and 10 at once."
  }

  assert {
    condition = (
      aws_api_gateway_usage_plan_key.this.usage_plan_id == aws_api_gateway_usage_plan.this.id &&
      aws_api_gateway_usage_plan_key.this.key_id == aws_api_gateway_api_key.this.id &&
      aws_api_gateway_usage_plan_key.this.key_type == "API_KEY"
    )
    error_message = "The key opens this stage."
  }

  assert {
    condition     = output.api_key_id == aws_api_gateway_api_key.this.id && !issensitive(output.api_key_id)
    error_message = "The key's id is no secret: its value is for those who may ask API Gateway for it."
  }

  assert {
    condition     = output.api_key == aws_api_gateway_api_key.this.value && issensitive(output.api_key)
    error_message = "Callers need the key, and it is no text for a log."
  }
}

run "limits_can_be_set" {
  command = plan

  variables {
    limits = { rate_limit = 100, burst_limit = 200 }
  }

  assert {
    condition = (
      aws_api_gateway_usage_plan.this.quota_settings[0].limit == 1000 &&
      aws_api_gateway_usage_plan.this.throttle_settings[0].rate_limit == 100 &&
      aws_api_gateway_usage_plan.this.throttle_settings[0].burst_limit == 200
    )
    error_message = "What is set holds; the rest keeps its default."
  }
}

run "firewall" {
  assert {
    condition = (
      aws_wafv2_web_acl_association.this.resource_arn == aws_api_gateway_stage.this.arn &&
      aws_wafv2_web_acl_association.this.web_acl_arn == var.web_acl_arn
    )
    error_message = "Requests to the stage pass the web ACL."
  }
}
