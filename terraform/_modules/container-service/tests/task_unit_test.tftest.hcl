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

run "task_definition" {
  assert {
    condition = (
      aws_ecs_task_definition.this.family == "rest-api-test" &&
      aws_ecs_task_definition.this.network_mode == "awsvpc" &&
      aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"]) &&
      aws_ecs_task_definition.this.cpu == "256" &&
      aws_ecs_task_definition.this.memory == "512" &&
      aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "X86_64" &&
      aws_ecs_task_definition.this.runtime_platform[0].operating_system_family == "LINUX"
    )
    error_message = "A task is the smallest of Fargate's, on Linux."
  }

  assert {
    condition     = aws_ecs_task_definition.this.execution_role_arn == aws_iam_role.execution.arn && aws_ecs_task_definition.this.task_role_arn == aws_iam_role.task.arn
    error_message = "It has its two roles."
  }

  assert {
    condition = (
      jsondecode(aws_ecs_task_definition.this.container_definitions) == jsondecode(jsonencode(output.task_definition.containerDefinitions)) &&
      output.task_definition.family == aws_ecs_task_definition.this.family &&
      output.task_definition.networkMode == aws_ecs_task_definition.this.network_mode &&
      toset(output.task_definition.requiresCompatibilities) == aws_ecs_task_definition.this.requires_compatibilities &&
      output.task_definition.cpu == aws_ecs_task_definition.this.cpu &&
      output.task_definition.memory == aws_ecs_task_definition.this.memory &&
      output.task_definition.executionRoleArn == output.execution_role_arn &&
      output.task_definition.taskRoleArn == output.task_role_arn &&
      output.task_definition.runtimePlatform == { cpuArchitecture = "X86_64", operatingSystemFamily = "LINUX" }
    )
    error_message = "What a release registers is what Terraform registers."
  }
}

run "container" {
  assert {
    condition     = [for container in output.task_definition.containerDefinitions : [container.name, container.image, container.essential]] == [["service", var.image, true]]
    error_message = "A task is one container."
  }

  assert {
    condition     = alltrue([for container in output.task_definition.containerDefinitions : container.readonlyRootFilesystem && !startswith(container.user, "0") && !startswith(container.user, "root") && !can(container.privileged)])
    error_message = "It is not root, has no privileges, and cannot change its own files."
  }

  assert {
    condition     = output.task_definition.containerDefinitions[0].stopTimeout == 60
    error_message = "It has a minute to finish what it was asked."
  }

  assert {
    condition     = output.task_definition.containerDefinitions[0].portMappings == [{ containerPort = 8080, hostPort = 8080, protocol = "tcp" }]
    error_message = "It listens on one port."
  }

  assert {
    condition = output.task_definition.containerDefinitions[0].logConfiguration == {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = "eu-west-1"
        awslogs-stream-prefix = "service"
        mode                  = "non-blocking"
        max-buffer-size       = "4m"
      }
    }
    error_message = "It logs into its log group, and a log that is slow does not hold it up."
  }

  assert {
    condition     = output.task_definition.containerDefinitions[0].environment == [{ name = "PORT", value = "8080" }]
    error_message = "By itself the module sets PORT only."
  }

  assert {
    condition = jsonencode(output.appspec) == jsonencode({
      containerName    = "service"
      containerPort    = 8080
      capacityProvider = "FARGATE"
      network          = { subnets = ["subnet-1", "subnet-2"], securityGroups = [aws_security_group.this.id], assignPublicIp = false }
    })
    error_message = "A release's AppSpec names the same container, port and network."
  }
}

run "other_task" {
  variables {
    container_port    = 3000
    cpu               = 1024
    memory            = 4096
    architecture      = "ARM64"
    capacity_provider = "FARGATE_SPOT"
    environment       = { STRINGS_MAPPING_PARAMETER_NAME = "/map", LOG_LEVEL = "debug" }
  }

  assert {
    condition = (
      output.task_definition.cpu == "1024" && output.task_definition.memory == "4096" && output.task_definition.runtimePlatform.cpuArchitecture == "ARM64" &&
      output.task_definition.containerDefinitions[0].portMappings[0].containerPort == 3000 &&
      output.appspec.containerPort == 3000 && output.appspec.capacityProvider == "FARGATE_SPOT"
    )
    error_message = "Size, processor, port and capacity provider are variables."
  }

  assert {
    condition = { for variable in output.task_definition.containerDefinitions[0].environment : variable.name => variable.value } == {
      PORT                           = "3000"
      STRINGS_MAPPING_PARAMETER_NAME = "/map"
      LOG_LEVEL                      = "debug"
    }
    error_message = "The container has the variables that it was given."
  }
}

# The service is there, and what a release or autoscaling has moved is other than what the configuration says.
run "service_is_there" {
  assert {
    condition     = aws_ecs_service.this.desired_count == 2
    error_message = "The service starts with two tasks."
  }
}

run "after_a_release" {
  variables {
    min_count         = 3
    capacity_provider = "FARGATE_SPOT"
    subnets           = { ids = ["subnet-3"], assign_public_ip = true }
    load_balancer = {
      arn_suffix        = "app/rest-api-test/1"
      security_group_id = "sg-balancer"
      target_groups = {
        blue  = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-green/1", name = "rest-api-test-green", arn_suffix = "targetgroup/rest-api-test-green/1" }
        green = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-blue/1", name = "rest-api-test-blue", arn_suffix = "targetgroup/rest-api-test-blue/1" }
      }
    }
  }

  assert {
    condition = (
      aws_ecs_service.this.desired_count == 2 &&
      one(aws_ecs_service.this.capacity_provider_strategy).capacity_provider == "FARGATE" &&
      aws_ecs_service.this.network_configuration[0].subnets == toset(["subnet-1", "subnet-2"]) &&
      endswith(one(aws_ecs_service.this.load_balancer).target_group_arn, "targetgroup/rest-api-test-blue/1")
    )
    error_message = "Terraform leaves number, capacity, network and target group of the service as they are."
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 3
    error_message = "A larger least number of tasks comes by autoscaling."
  }
}
