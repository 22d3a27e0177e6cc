mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "rest-api-test"
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest api"
  }

  expect_failures = [var.name]
}

run "name_is_too_long" {
  command = plan

  variables {
    name = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxy"
  }

  expect_failures = [var.name]
}

run "addresses_are_none" {
  command = plan

  variables {
    cidr = "ten"
  }

  expect_failures = [var.cidr]
}

run "network_is_too_large" {
  command = plan

  variables {
    cidr = "10.0.0.0/8"
  }

  expect_failures = [var.cidr]
}

run "network_is_too_small" {
  command = plan

  variables {
    cidr = "10.0.0.0/25"
  }

  expect_failures = [var.cidr]
}

run "one_zone_is_too_few" {
  command = plan

  variables {
    zones = 1
  }

  expect_failures = [var.zones]
}

run "four_zones_are_too_many" {
  command = plan

  variables {
    zones = 4
  }

  expect_failures = [var.zones]
}

run "half_a_zone" {
  command = plan

  variables {
    zones = 2.5
  }

  expect_failures = [var.zones]
}

run "nat_is_unknown" {
  command = plan

  variables {
    nat = "two"
  }

  expect_failures = [var.nat]
}

run "endpoint_is_no_service" {
  command = plan

  variables {
    interface_endpoints = ["com.amazonaws/ssm"]
  }

  expect_failures = [var.interface_endpoints]
}
