# The fingerprint must change with everything that shapes the API's answers (known from the bug reports of others: a
# changed model that never reached a stage), and with nothing else.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  rest_api = {
    id               = "a1b2c3d4e5"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
  }
  request_validators = { all = "id-of-all", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages = {
    one   = { key = "one.zip", sha256_base64 = "one" }
    other = { key = "one.zip", sha256_base64 = "one" }
  }
  lambdas = { one = { integration = { method = "POST", path = "/one/{id}", body_schema = "{\"type\":\"object\"}" } } }
}

run "base" {
  command = plan
}

run "same_schema_written_differently" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", body_schema = "{ \"type\": \"object\" }" } } }
  }

  assert {
    condition     = output.redeployment == run.base.redeployment
    error_message = "White space in a schema is not a change."
  }
}

run "code_and_function_settings" {
  command = plan

  variables {
    packages = { one = { key = "two.zip", sha256_base64 = "two" } }
    lambdas = {
      one = {
        lambda      = { memory_size = 1024, timeout = 5, description = "Changed." }
        integration = { method = "POST", path = "/one/{id}", body_schema = "{\"type\":\"object\"}" }
      }
    }
    log_retention_in_days = 1
  }

  assert {
    condition     = output.redeployment == run.base.redeployment
    error_message = "Stages reach new code through the alias, without a deployment."
  }
}

run "model" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", body_schema = "{\"type\":\"string\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "A changed model must be deployed."
  }
}

run "validator" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", validator = "none", body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "Another validator must be deployed."
  }
}

run "method" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "PUT", path = "/one/{id}", body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "Another method must be deployed."
  }
}

run "path_parameter" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{name}", body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "A renamed path parameter must be deployed."
  }
}

run "query_parameter" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", query_parameters = { a = {} }, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "A new parameter must be deployed."
  }
}

run "required_query_parameter" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", query_parameters = { a = { required = true } }, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment && output.redeployment != run.query_parameter.redeployment
    error_message = "Requiring a parameter must be deployed."
  }
}

run "header_parameter" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", header_parameters = { a = {} }, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment && output.redeployment != run.query_parameter.redeployment
    error_message = "A new header must be deployed."
  }
}

run "response" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", responses = { "200" = "Yes.", "404" = "No." }, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "A further answer is part of what a stage exports, so it must be deployed."
  }
}

run "response_schema" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", response_schema = "{\"type\":\"object\"}", body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "The shape of an answer is part of what a stage exports, so it must be deployed."
  }
}

run "texts" {
  command = plan

  variables {
    lambdas = {
      one = {
        integration = {
          method          = "POST"
          path            = "/one/{id}"
          path_parameters = { id = { description = "Which one." } }
          summary         = "One"
          description     = "The one."
          responses       = { "200" = "The one it is." }
          body_schema     = "{\"type\":\"object\"}"
        }
      }
    }
  }

  assert {
    condition     = output.redeployment == run.base.redeployment
    error_message = "Texts are documentation, which has versions of its own."
  }
}

run "alarms_and_limits" {
  command = plan

  variables {
    alarm_thresholds = { errors = 10, duration_percent_of_timeout = 50 }
    alarm_topic_arn  = "arn:aws:sns:eu-west-1:123456789012:another"
    stages           = { test = { rate_limit = 1, burst_limit = 1 }, prod = { rate_limit = 2, burst_limit = 2 } }
  }

  assert {
    condition     = output.redeployment == run.base.redeployment
    error_message = "Alarms change no answer."
  }
}

run "api_key" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", api_key_required = false, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "Opening a method must be deployed."
  }
}

run "function" {
  command = plan

  variables {
    lambdas = { other = { integration = { method = "POST", path = "/one/{id}", body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "Another function behind a route must be deployed."
  }
}
