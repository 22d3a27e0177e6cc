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
  stages             = ["test", "prod"]
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
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", query_parameters = { a = true }, body_schema = "{\"type\":\"object\"}" } } }
  }

  assert {
    condition     = output.redeployment != run.base.redeployment
    error_message = "A new parameter must be deployed."
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
