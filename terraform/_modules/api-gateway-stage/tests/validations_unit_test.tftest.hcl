# Each mistake fails the plan. The first run shows that the values are right without the mistake.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "rest-api-test"
  stage                 = "prod"
  rest_api              = { id = "a1b2c3d4e5", name = "rest-api-test" }
  deployment_id         = "d1e2p3"
  documentation_version = "0123456789ab"
  log_retention_in_days = 7
  encryption_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn           = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rest-api-test/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn       = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
}

run "right_values" {
  command = plan
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "Rest-Api"
  }

  expect_failures = [var.name]
}

run "name_too_long" {
  command = plan

  variables {
    name = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
  }

  expect_failures = [var.name]
}

run "stage_with_a_slash" {
  command = plan

  variables {
    stage = "test/1"
  }

  expect_failures = [var.stage]
}

run "quota_of_nothing" {
  command = plan

  variables {
    limits = { quota_per_day = 0 }
  }

  expect_failures = [var.limits]
}

run "rate_of_nothing" {
  command = plan

  variables {
    limits = { rate_limit = 0 }
  }

  expect_failures = [var.limits]
}

run "burst_of_nothing" {
  command = plan

  variables {
    limits = { burst_limit = 0 }
  }

  expect_failures = [var.limits]
}

run "latency_of_nothing" {
  command = plan

  variables {
    alarm_thresholds = { latency_p95_in_ms = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "client_errors_that_can_never_be" {
  command = plan

  variables {
    alarm_thresholds = { client_error_percent = 100 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "server_errors_below_zero" {
  command = plan

  variables {
    alarm_thresholds = { server_error_percent = -1 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "no_periods" {
  command = plan

  variables {
    alarm_thresholds = { periods = 0 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "half_a_period" {
  command = plan

  variables {
    alarm_thresholds = { periods = 1.5 }
  }

  expect_failures = [var.alarm_thresholds]
}

run "more_periods_than_a_day" {
  command = plan

  variables {
    alarm_thresholds = { periods = 1441 }
  }

  expect_failures = [var.alarm_thresholds]
}
