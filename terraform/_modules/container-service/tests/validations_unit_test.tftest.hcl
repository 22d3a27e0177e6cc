mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                 = "rest-api-test"
  image                = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rest-api-service:initial"
  image_repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service"
  vpc_id               = "vpc-1"
  subnets              = { ids = ["subnet-1", "subnet-2"], assign_public_ip = false }
  alarm_topic_arn      = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  encryption_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  load_balancer = {
    arn_suffix        = "app/rest-api-test/1"
    security_group_id = "sg-balancer"
    target_groups = {
      blue  = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-blue/1", name = "rest-api-test-blue", arn_suffix = "targetgroup/rest-api-test-blue/1" }
      green = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-green/1", name = "rest-api-test-green", arn_suffix = "targetgroup/rest-api-test-green/1" }
    }
  }
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest api"
  }

  expect_failures = [var.name]
}

run "architecture_is_unknown" {
  command = plan

  variables {
    architecture = "RISCV"
  }

  expect_failures = [var.architecture]
}

run "capacity_provider_is_unknown" {
  command = plan

  variables {
    capacity_provider = "EC2"
  }

  expect_failures = [var.capacity_provider]
}

run "no_task" {
  command = plan

  variables {
    min_count = 0
  }

  expect_failures = [var.min_count]
}

run "half_a_task" {
  command = plan

  variables {
    min_count = 1.5
  }

  expect_failures = [var.min_count]
}

run "at_most_fewer_than_at_least" {
  command = plan

  variables {
    max_count = 1
  }

  expect_failures = [var.max_count]
}

run "at_most_half_a_task" {
  command = plan

  variables {
    max_count = 4.5
  }

  expect_failures = [var.max_count]
}

run "cpu_target_is_too_low" {
  command = plan

  variables {
    utilization_targets = { cpu = 9 }
  }

  expect_failures = [var.utilization_targets]
}

run "memory_target_is_too_high" {
  command = plan

  variables {
    utilization_targets = { memory = 96 }
  }

  expect_failures = [var.utilization_targets]
}

run "port_is_set_twice" {
  command = plan

  variables {
    environment = { PORT = "1" }
  }

  expect_failures = [var.environment]
}

run "key_in_the_environment" {
  command = plan

  variables {
    environment = { API_KEY = "open" }
  }

  expect_failures = [var.environment]
}

run "previous_key_in_the_environment" {
  command = plan

  variables {
    environment = { API_KEY_PREVIOUS = "open" }
  }

  expect_failures = [var.environment]
}

run "rotation_is_too_low" {
  command = plan

  variables {
    api_key = { rotation = 0 }
  }

  expect_failures = [var.api_key]
}

run "rotation_is_not_whole" {
  command = plan

  variables {
    api_key = { rotation = 1.5 }
  }

  expect_failures = [var.api_key]
}

run "memory_is_too_small_for_the_cpu" {
  command = plan

  variables {
    memory = 256
  }

  expect_failures = [var.memory]
}

run "memory_is_between_two_sizes" {
  command = plan

  variables {
    memory = 768
  }

  expect_failures = [var.memory]
}

run "memory_is_too_large_for_the_cpu" {
  command = plan

  variables {
    memory = 4096
  }

  expect_failures = [var.memory]
}

run "cpu_is_unknown" {
  command = plan

  variables {
    cpu = 300
  }

  expect_failures = [var.cpu]
}

run "largest_task" {
  command = plan

  variables {
    cpu    = 4096
    memory = 30720
  }

  assert {
    condition     = aws_ecs_task_definition.this.memory == "30720"
    error_message = "Each size of cpu has its own sizes of memory."
  }
}
