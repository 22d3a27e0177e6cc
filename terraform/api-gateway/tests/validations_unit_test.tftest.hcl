# Each mistake fails the plan. The first run shows that the values are right without the mistake.
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

run "right_values" {
  command = plan
}

run "folder_without_entry" {
  command = plan

  variables {
    lambda_packages = {
      replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
      left-over       = { key = "lambdas/left-over-1.zip", sha256_base64 = "two", bytes = 1 }
    }
  }

  expect_failures = [var.lambda_packages]
}

run "entry_without_folder" {
  command = plan

  variables {
    lambda_packages = {}
  }

  expect_failures = [var.lambda_packages]
}

run "stage_of_another_name" {
  command = plan

  variables {
    stages = { test = {}, prod = {}, canary = {} }
  }

  expect_failures = [var.stages]
}

run "stage_missing" {
  command = plan

  variables {
    stages = { test = {} }
  }

  expect_failures = [var.stages]
}

run "quota_of_nothing" {
  command = plan

  variables {
    stages = { test = { quota_per_day = 0 }, prod = {} }
  }

  expect_failures = [var.stages]
}

run "retention_that_is_not_offered" {
  command = plan

  variables {
    log_retention_in_days = 8
  }

  expect_failures = [var.log_retention_in_days]
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

run "mapping_parameter_without_slash" {
  command = plan

  variables {
    strings_mapping_parameter_name = "strings-mapping"
  }

  expect_failures = [var.strings_mapping_parameter_name]
}
