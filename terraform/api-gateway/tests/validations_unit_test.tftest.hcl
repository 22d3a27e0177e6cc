# Each mistake fails the plan. The first run shows that the values are right without the mistake.
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

run "empty_mapping" {
  command = plan

  variables {
    strings_mapping = {}
  }

  expect_failures = [var.strings_mapping]
}

run "mapping_of_a_blank" {
  command = plan

  variables {
    strings_mapping = { " " = "x" }
  }

  expect_failures = [var.strings_mapping]
}

run "mapping_with_one_text_twice" {
  command = plan

  variables {
    strings_mapping = { ABN = "x", abn = "y" }
  }

  expect_failures = [var.strings_mapping]
}

run "mapping_that_no_parameter_can_hold" {
  command = plan

  variables {
    strings_mapping = { for index in range(1000) : "text-${index}" => "other" }
  }

  expect_failures = [var.strings_mapping]
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
