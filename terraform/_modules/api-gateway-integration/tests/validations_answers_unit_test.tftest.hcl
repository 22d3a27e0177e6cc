# Each mistake in what an entry says about its parameters and answers fails the plan, and so do alarms that could not work. The
# first run shows that the entry is right without the mistake.
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
  packages           = { one = { key = "one.zip", sha256_base64 = "one" }, open = { key = "two.zip", sha256_base64 = "two" } }

  lambdas = {
    one = {
      integration = {
        method            = "POST"
        path              = "/one/{id}/{rest+}"
        path_parameters   = { id = { description = "Which." }, rest = {} }
        query_parameters  = { a_b = {} }
        header_parameters = { X-A = {} }
        responses         = { "200" = "Yes.", "404" = "No." }
        response_schema   = "{\"type\":\"object\"}"
      }
    }
  }
}

run "a_right_entry" {
  command = plan
}

run "parameter_not_in_the_path" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", path_parameters = { name = { description = "Which." } } } } }
  }

  expect_failures = [var.lambdas]
}

run "parameter_whose_name_is_a_part_of_the_path" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", path_parameters = { one = {} } } } }
  }

  expect_failures = [var.lambdas]
}

run "query_parameter_with_a_space" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", query_parameters = { "a b" = {} } } } }
  }

  expect_failures = [var.lambdas]
}

run "header_without_a_name" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", header_parameters = { "" = {} } } } }
  }

  expect_failures = [var.lambdas]
}

run "response_schema_that_is_not_json" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", response_schema = "{" } } }
  }

  expect_failures = [var.lambdas]
}

run "response_schema_that_is_not_an_object" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", response_schema = "[]" } } }
  }

  expect_failures = [var.lambdas]
}

run "response_schema_without_its_answer" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", responses = { "201" = "Made." }, response_schema = "{}" } } }
  }

  expect_failures = [var.lambdas]
}

run "status_that_is_none" {
  command = plan

  variables {
    lambdas = { one = { integration = { method = "POST", path = "/one/{id}", responses = { ok = "Yes." } } } }
  }

  expect_failures = [var.lambdas]
}

run "errors_below_zero" {
  command = plan

  variables {
    alarm_thresholds = { errors = -1 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "duration_of_nothing" {
  command = plan

  variables {
    alarm_thresholds = { duration_percent_of_timeout = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "duration_above_the_timeout" {
  command = plan

  variables {
    alarm_thresholds = { duration_percent_of_timeout = 101 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "no_periods" {
  command = plan

  variables {
    alarm_thresholds = { duration_periods = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "half_a_period" {
  command = plan

  variables {
    alarm_thresholds = { duration_periods = 1.5 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "more_periods_than_a_day" {
  command = plan

  variables {
    alarm_thresholds = { duration_periods = 1441 }
  }

  expect_failures = [var.alarm_thresholds]
}
