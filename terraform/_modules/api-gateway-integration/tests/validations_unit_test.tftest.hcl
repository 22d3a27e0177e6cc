# Each mistake in an entry fails the plan. The first run shows that the entry is right without the mistake.
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
  request_validators = { all = "id-of-all", body-only = "id-of-body-only", params-only = "id-of-params-only", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages = {
    one = { key = "one.zip", sha256_base64 = "one" }
    two = { key = "two.zip", sha256_base64 = "two" }
  }
  lambdas = { one = { integration = { method = "POST", path = "/one" } } }
}

run "a_right_entry" {
  command = plan
}

run "id_with_capitals" {
  command = plan

  variables {
    lambdas = { One = { integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "id_with_underscore" {
  command = plan

  variables {
    lambdas = { one_two = { integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "id_too_long_for_a_function_name" {
  command = plan

  variables {
    lambdas = { a-lambda-whose-name-goes-on-and-on-beyond-what-fits = { integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "timeout_above_what_the_gateway_waits" {
  command = plan

  variables {
    lambdas = { one = { lambda = { timeout = 30 }, integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "timeout_of_nothing" {
  command = plan

  variables {
    lambdas = { one = { lambda = { timeout = 0 }, integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "parameter_without_slash" {
  command = plan

  variables {
    lambdas = { one = { lambda = { parameters = { A = "a" } }, integration = { method = "POST", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "method_that_is_not_http" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "SEND", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "method_in_lower_case" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "post", path = "/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_without_slash" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "one" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_with_slash_at_the_end" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_with_empty_part" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one//two" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_with_space" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one two" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_with_open_brace" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_empty" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_parameter_inside_a_part" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/a{id}" } } }
  }

  expect_failures = [var.lambdas]
}

run "rest_of_path_before_the_end" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/{rest+}/one" } } }
  }

  expect_failures = [var.lambdas]
}

run "path_with_six_parts" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/a/b/c/d/e/f" } } }
  }

  expect_failures = [var.lambdas]
}

run "same_method_and_path" {
  command = plan

  variables {
    lambdas = {
      one = { integration = { method = "GET", path = "/one" } }
      two = { integration = { method = "GET", path = "/one" } }
    }
  }

  expect_failures = [var.lambdas]
}

run "same_method_and_path_but_for_the_parameters_name" {
  command = plan

  variables {
    lambdas = {
      one = { integration = { method = "GET", path = "/one/{id}" } }
      two = { integration = { method = "GET", path = "/one/{name}" } }
    }
  }

  expect_failures = [var.lambdas]
}

run "two_names_for_one_path_parameter" {
  command = plan

  variables {
    lambdas = {
      one = { integration = { method = "GET", path = "/one/{id}" } }
      two = { integration = { method = "PUT", path = "/one/{name}" } }
    }
  }

  expect_failures = [var.lambdas]
}

run "two_names_for_one_path_parameter_in_between" {
  command = plan

  variables {
    lambdas = {
      one = { integration = { method = "GET", path = "/one/{id}/a" } }
      two = { integration = { method = "GET", path = "/one/{name}/b" } }
    }
  }

  expect_failures = [var.lambdas]
}

run "parameter_beside_rest_of_path" {
  command = plan

  variables {
    lambdas = {
      one = { integration = { method = "GET", path = "/one/{id}" } }
      two = { integration = { method = "PUT", path = "/one/{id+}" } }
    }
  }

  expect_failures = [var.lambdas]
}

run "unknown_validator" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one", validator = "body" } } }
  }

  expect_failures = [var.lambdas]
}

run "schema_that_is_not_json" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one", body_schema = "{" } } }
  }

  expect_failures = [var.lambdas]
}

run "schema_that_is_not_an_object" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one", body_schema = "[]" } } }
  }

  expect_failures = [var.lambdas]
}

run "body_validator_without_schema" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one", validator = "body-only" } } }
  }

  expect_failures = [var.lambdas]
}

run "alias_that_is_not_a_stage" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one" }, aliases = { test = {}, prod = {}, canary = {} } } }
  }

  expect_failures = [var.lambdas]
}

run "stage_without_alias" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one" }, aliases = { test = {} } } }
  }

  expect_failures = [var.lambdas]
}

run "alias_that_follows_nothing" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one" }, aliases = { test = { follows = "newest" }, prod = {} } } }
  }

  expect_failures = [var.lambdas]
}

run "identifier_with_capitals" {
  command = plan

  variables {
    identifier = "Rest-Api"
  }

  expect_failures = [var.identifier]
}

run "identifier_too_long" {
  command = plan

  variables {
    identifier = "a-name-of-21-letters-x"
  }

  expect_failures = [var.identifier]
}

run "unknown_environment" {
  command = plan

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "suffix_without_hyphen" {
  command = plan

  variables {
    suffix = "2"
  }

  expect_failures = [var.suffix]
}
