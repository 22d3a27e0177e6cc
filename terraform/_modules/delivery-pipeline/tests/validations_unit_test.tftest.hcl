# Each mistake fails the plan. The first run shows that the values are right without the mistake.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                   = "rest-api-test"
  repository             = "acme/rest-api"
  artifacts_bucket       = "artifacts-bucket"
  image_repository_arn   = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service"
  alarm_names            = ["rest-api-test-service-blue-latency", "rest-api-test-service-green-latency"]
  notification_topic_arn = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  encryption_key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  service = {
    cluster_name       = "rest-api-test"
    service_name       = "rest-api-test"
    execution_role_arn = "arn:aws:iam::123456789012:role/rest-api-test-service-execution"
    task_role_arn      = "arn:aws:iam::123456789012:role/rest-api-test-service"
    appspec            = { containerName = "service", containerPort = 8080, capacityProvider = "FARGATE" }
    task_definition = {
      family               = "rest-api-test"
      containerDefinitions = [{ name = "service", image = "images:initial", secrets = [{ name = "API_KEY", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/key" }] }]
    }
  }
  load_balancer = {
    listener_arns = {
      production = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/rest-api-test/1/production"
      test       = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/rest-api-test/1/test"
    }
    target_groups = {
      blue  = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-blue/1", name = "rest-api-test-blue", arn_suffix = "targetgroup/rest-api-test-blue/1" }
      green = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-green/1", name = "rest-api-test-green", arn_suffix = "targetgroup/rest-api-test-green/1" }
    }
  }
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
    name = "a-name-of-48-characters-which-is-one-too-many-x1"
  }

  expect_failures = [var.name]
}

run "repository_without_owner" {
  command = plan

  variables {
    repository = "rest-api"
  }

  expect_failures = [var.repository]
}

run "repository_that_is_an_address" {
  command = plan

  variables {
    repository = "https://github.com/acme/rest-api"
  }

  expect_failures = [var.repository]
}

run "build_that_ends_before_it_can_begin" {
  command = plan

  variables {
    build = { timeout_in_minutes = 4 }
  }

  expect_failures = [var.build]
}

run "build_that_never_ends" {
  command = plan

  variables {
    build = { timeout_in_minutes = 481 }
  }

  expect_failures = [var.build]
}

run "old_version_that_ends_too_early" {
  command = plan

  variables {
    termination_wait_in_minutes = -1
  }

  expect_failures = [var.termination_wait_in_minutes]
}

run "old_version_that_stays_too_long" {
  command = plan

  variables {
    termination_wait_in_minutes = 2881
  }

  expect_failures = [var.termination_wait_in_minutes]
}

run "more_alarms_than_are_watched" {
  command = plan

  variables {
    alarm_names = [for index in range(11) : "alarm-${index}"]
  }

  expect_failures = [var.alarm_names]
}
