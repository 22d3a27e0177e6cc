mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  lambda_packages = {
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
  }
}

run "deploy_targets" {
  assert {
    condition     = aws_ssm_parameter.deploy_targets.name == "/terraform/test/deploy-targets"
    error_message = "The promote action finds its targets by the environment's name."
  }

  assert {
    condition = (
      aws_ssm_parameter.deploy_targets.type == "String" &&
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value) == {
        lambdas = { replace-strings = { function_name = "rest-api-test-replace-strings" } }
      }
    )
    error_message = "The targets are the functions by lambda id, in plain JSON."
  }

  assert {
    condition     = data.aws_ssm_parameter.artifacts_bucket.name == "/terraform/artifacts/bucket"
    error_message = "The bucket of the packages is the one that bootstrap made."
  }
}

run "outputs" {
  assert {
    condition = (
      output.rest_api_id == "a1b2c3d4e5" &&
      output.api_endpoint == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    )
    error_message = "Callers need the API's address, without a stage."
  }

  assert {
    condition     = keys(output.api_keys) == ["prod", "test"]
    error_message = "Callers need the key of each stage."
  }

  assert {
    condition = output.lambdas == {
      replace-strings = { function_name = "rest-api-test-replace-strings", aliases = { prod = "promotion", test = "latest" } }
    }
    error_message = "Functions are named with their aliases."
  }
}

run "suffix_ends_names" {
  variables {
    suffix = "-2"
  }

  assert {
    condition = (
      aws_ssm_parameter.deploy_targets.name == "/terraform/test/deploy-targets" &&
      output.lambdas["replace-strings"].function_name == "rest-api-test-replace-strings-2"
    )
    error_message = "Names end with the suffix; a promotion finds them by the environment alone."
  }
}

run "lambdas_not_packaged" {
  command = plan

  variables {
    lambda_packages = null
  }

  expect_failures = [var.lambda_packages]
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
