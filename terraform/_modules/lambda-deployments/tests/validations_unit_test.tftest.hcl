mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  alarm_topic_arn = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  lambdas         = { one = { function_name = "rest-api-test-one", version = "4", aliases = ["prod"] } }
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "Rest"
  }

  expect_failures = [var.name]
}

run "longest_name" {
  command = plan

  variables {
    name = "a123456789012345678901234567890123456789012345678"
  }

  assert {
    condition     = length(aws_iam_role.this.name) == 64
    error_message = "A name of 49 characters is the longest."
  }
}

run "name_longer_than_that" {
  command = plan

  variables {
    name = "a1234567890123456789012345678901234567890123456789"
  }

  expect_failures = [var.name]
}

run "no_lambdas" {
  command = plan

  variables {
    lambdas = {}
  }

  expect_failures = [var.lambdas]
}

run "lambda_without_an_alias" {
  command = plan

  variables {
    lambdas = { one = { function_name = "rest-api-test-one", version = "4", aliases = [] } }
  }

  expect_failures = [var.lambdas]
}

run "more_alarms_than_codedeploy_watches" {
  command = plan

  variables {
    lambdas = { one = { function_name = "rest-api-test-one", version = "4", aliases = [for number in range(11) : "alias-${number}"] } }
  }

  expect_failures = [var.lambdas]
}

run "one_function_twice" {
  command = plan

  variables {
    lambdas = {
      one = { function_name = "rest-api-test-one", version = "4", aliases = ["prod"] }
      two = { function_name = "rest-api-test-one", version = "4", aliases = ["test"] }
    }
  }

  expect_failures = [var.lambdas]
}

run "configuration_of_another_platform" {
  command = plan

  variables {
    deployment_config = "CodeDeployDefault.ECSAllAtOnce"
  }

  expect_failures = [var.deployment_config]
}

run "negative_threshold" {
  command = plan

  variables {
    error_threshold = -1
  }

  expect_failures = [var.error_threshold]
}
