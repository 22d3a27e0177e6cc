mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  vpc_id          = "vpc-1"
  vpc_cidr        = "10.0.0.0/16"
  subnet_ids      = ["subnet-1", "subnet-2"]
  https           = true
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn     = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest api"
  }

  expect_failures = [var.name]
}

run "one_subnet_is_too_few" {
  command = plan

  variables {
    subnet_ids = ["subnet-1"]
  }

  expect_failures = [var.subnet_ids]
}

run "nobody_may_call" {
  command = plan

  variables {
    allowed_cidrs = []
  }

  expect_failures = [var.allowed_cidrs]
}

run "callers_are_no_addresses" {
  command = plan

  variables {
    allowed_cidrs = ["everybody"]
  }

  expect_failures = [var.allowed_cidrs]
}

run "testers_are_no_addresses" {
  command = plan

  variables {
    test_listener_cidrs = ["everybody"]
  }

  expect_failures = [var.test_listener_cidrs]
}

run "health_check_is_too_patient" {
  command = plan

  variables {
    health_check = { interval = 5, timeout = 5 }
  }

  expect_failures = [var.health_check]
}

run "idle_timeout_is_too_short" {
  command = plan

  variables {
    idle_timeout = 0
  }

  expect_failures = [var.idle_timeout]
}

run "idle_timeout_is_too_long" {
  command = plan

  variables {
    idle_timeout = 4001
  }

  expect_failures = [var.idle_timeout]
}

run "deregistration_delay_is_too_short" {
  command = plan

  variables {
    deregistration_delay = -1
  }

  expect_failures = [var.deregistration_delay]
}

run "deregistration_delay_is_too_long" {
  command = plan

  variables {
    deregistration_delay = 3601
  }

  expect_failures = [var.deregistration_delay]
}
