# Each mistake fails the plan. The first run shows that the values are right without the mistake. The others plan what reads the value
# alone: the whole takes three seconds each time.
mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  identifier    = "rest-api"
  environment   = "test"
  repository    = "acme/rest-api"
  architectures = ["api-gateway"]
  lambda_packages = {
    read-mapping    = { key = "lambdas/read-mapping-1.zip", sha256_base64 = "one", bytes = 1 }
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
    search-mappings = { key = "lambdas/search-mappings-1.zip", sha256_base64 = "one", bytes = 1 }
  }
}

run "right_values" {
  command = plan
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

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    identifier = "Rest-Api"
  }

  expect_failures = [var.identifier]
}

run "identifier_too_long" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    identifier = "a-name-of-21-letters-x"
  }

  expect_failures = [var.identifier]
}

run "unknown_environment" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    environment = "staging"
  }

  expect_failures = [var.environment]
}

run "suffix_without_hyphen" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    suffix = "2"
  }

  expect_failures = [var.suffix]
}

run "empty_mapping" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    strings_mapping = {}
  }

  expect_failures = [aws_ssm_parameter.strings_mapping]
}

run "mapping_of_a_blank" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    strings_mapping = { " " = "x" }
  }

  expect_failures = [aws_ssm_parameter.strings_mapping]
}

run "mapping_with_one_text_twice" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    strings_mapping = { ABN = "x", abn = "y" }
  }

  expect_failures = [aws_ssm_parameter.strings_mapping]
}

run "mapping_that_no_parameter_can_hold" {
  command = plan

  plan_options {
    target = [aws_ssm_parameter.strings_mapping]
  }

  variables {
    strings_mapping = { for index in range(1000) : "text-${index}" => "other" }
  }

  expect_failures = [aws_ssm_parameter.strings_mapping]
}

run "zone_with_a_dot_at_its_end" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "example.com." }
  }

  expect_failures = [var.domain]
}

run "zone_that_is_an_address" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "https://example.com" }
  }

  expect_failures = [var.domain]
}

run "name_outside_the_zone" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "example.com", api_name = "api.example.org" }
  }

  expect_failures = [var.domain]
}

run "name_that_only_ends_like_the_zone" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "example.com", api_name = "apiexample.com" }
  }

  expect_failures = [var.domain]
}

run "name_with_capitals" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "example.com", api_name = "API.example.com" }
  }

  expect_failures = [var.domain]
}

run "no_architecture" {
  command = plan

  plan_options {
    target = [module.network]
  }

  variables {
    architectures = []
  }

  expect_failures = [var.architectures]
}

run "unknown_architecture" {
  command = plan

  plan_options {
    target = [module.network]
  }

  variables {
    architectures = ["fargate", "kubernetes"]
  }

  expect_failures = [var.architectures]
}

run "service_without_repository" {
  command = plan

  plan_options {
    target = [module.fargate.module.pipeline]
  }

  variables {
    architectures = ["fargate"]
    repository    = null
  }

  expect_failures = [var.repository]
}

run "repository_that_is_an_address" {
  command = plan

  plan_options {
    target = [module.fargate.module.pipeline]
  }

  variables {
    architectures = ["fargate"]
    repository    = "https://github.com/acme/rest-api"
  }

  expect_failures = [var.repository]
}

run "service_name_outside_the_zone" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    domain = { zone_name = "example.com", service_name = "service.example.org" }
  }

  expect_failures = [var.domain]
}

run "production_without_a_domain" {
  command = plan

  plan_options {
    target = [data.aws_route53_zone.this]
  }

  variables {
    architectures = ["fargate"]
    environment   = "production"
  }

  expect_failures = [var.domain]
}
