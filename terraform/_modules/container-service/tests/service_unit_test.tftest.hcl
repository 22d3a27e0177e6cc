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

run "service" {
  assert {
    condition = (
      aws_ecs_service.this.name == "rest-api-test" &&
      aws_ecs_service.this.cluster == aws_ecs_cluster.this.id &&
      aws_ecs_service.this.task_definition == aws_ecs_task_definition.this.arn &&
      aws_ecs_service.this.desired_count == 2
    )
    error_message = "The service starts with the task definition, twice."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_controller[0].type == "CODE_DEPLOY" && length(aws_ecs_service.this.deployment_circuit_breaker) == 0
    error_message = "CodeDeploy releases; ECS's own circuit breaker is not for it."
  }

  assert {
    condition     = !aws_ecs_service.this.wait_for_steady_state && aws_ecs_service.this.health_check_grace_period_seconds == 60
    error_message = "Terraform does not wait for an image that may still be on its way, and a new task gets a minute."
  }

  assert {
    condition = [for balancer in aws_ecs_service.this.load_balancer : { name = balancer.container_name, port = balancer.container_port, arn = balancer.target_group_arn }] == [{
      name = "service", port = 8080, arn = var.load_balancer.target_groups.blue.arn
    }]
    error_message = "It begins in the blue target group."
  }

  assert {
    condition = (
      aws_ecs_service.this.network_configuration[0].subnets == toset(["subnet-1", "subnet-2"]) &&
      aws_ecs_service.this.network_configuration[0].security_groups == toset([aws_security_group.this.id]) &&
      !aws_ecs_service.this.network_configuration[0].assign_public_ip
    )
    error_message = "Tasks run in the subnets that were given, behind their own security group, without public addresses."
  }

  assert {
    condition     = one(aws_ecs_service.this.capacity_provider_strategy).capacity_provider == "FARGATE"
    error_message = "Tasks run on Fargate."
  }

  assert {
    condition     = output.cluster_name == "rest-api-test" && output.service_name == "rest-api-test"
    error_message = "The outputs name cluster and service."
  }
}

run "public_addresses" {
  variables {
    subnets = { ids = ["subnet-1"], assign_public_ip = true }
  }

  assert {
    condition     = jsonencode(output.appspec.network) == jsonencode({ subnets = ["subnet-1"], securityGroups = [aws_security_group.this.id], assignPublicIp = true })
    error_message = "The next release moves to other subnets, with public addresses where there is no NAT."
  }
}

run "cluster" {
  assert {
    condition     = { for setting in aws_ecs_cluster.this.setting : setting.name => setting.value } == { containerInsights = "disabled" }
    error_message = "Container Insights, which cost, are off."
  }

  assert {
    condition     = aws_ecs_cluster_capacity_providers.this.cluster_name == "rest-api-test" && aws_ecs_cluster_capacity_providers.this.capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "The cluster offers Fargate and its Spot."
  }
}

run "container_insights" {
  variables {
    container_insights = true
  }

  assert {
    condition     = { for setting in aws_ecs_cluster.this.setting : setting.name => setting.value } == { containerInsights = "enabled" }
    error_message = "Container Insights are a variable."
  }
}

run "security_group" {
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.this.security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_ingress_rule.this.referenced_security_group_id == "sg-balancer" &&
      aws_vpc_security_group_ingress_rule.this.cidr_ipv4 == null &&
      aws_vpc_security_group_ingress_rule.this.ip_protocol == "tcp" &&
      aws_vpc_security_group_ingress_rule.this.from_port == 8080 &&
      aws_vpc_security_group_ingress_rule.this.to_port == 8080
    )
    error_message = "Only the load balancer reaches the containers, at their port."
  }

  assert {
    condition = (
      aws_vpc_security_group_egress_rule.this.security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_egress_rule.this.ip_protocol == "tcp" &&
      aws_vpc_security_group_egress_rule.this.from_port == 443 &&
      aws_vpc_security_group_egress_rule.this.to_port == 443
    )
    error_message = "They reach others by HTTPS only."
  }

  assert {
    condition     = aws_security_group.this.vpc_id == "vpc-1" && length(aws_security_group.this.ingress) == 0 && length(aws_security_group.this.egress) == 0
    error_message = "The group has no rules beside these."
  }
}

run "log" {
  variables {
    log_retention_in_days = 7
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.this.name == "/aws/ecs/rest-api-test" &&
      aws_cloudwatch_log_group.this.retention_in_days == 7 &&
      aws_cloudwatch_log_group.this.kms_key_id == var.encryption_key_arn &&
      output.log_group == aws_cloudwatch_log_group.this.name
    )
    error_message = "The log is encrypted, and kept as long as was asked for."
  }
}

run "autoscaling" {
  assert {
    condition = (
      aws_appautoscaling_target.this.service_namespace == "ecs" &&
      aws_appautoscaling_target.this.scalable_dimension == "ecs:service:DesiredCount" &&
      aws_appautoscaling_target.this.resource_id == "service/rest-api-test/rest-api-test" &&
      aws_appautoscaling_target.this.min_capacity == 2 &&
      aws_appautoscaling_target.this.max_capacity == 4
    )
    error_message = "The service has from 2 to 4 tasks."
  }

  assert {
    condition = {
      for key, policy in aws_appautoscaling_policy.this : key => {
        type      = policy.policy_type
        metric    = policy.target_tracking_scaling_policy_configuration[0].predefined_metric_specification[0].predefined_metric_type
        target    = policy.target_tracking_scaling_policy_configuration[0].target_value
        scale_out = policy.target_tracking_scaling_policy_configuration[0].scale_out_cooldown
        scale_in  = policy.target_tracking_scaling_policy_configuration[0].scale_in_cooldown
      }
      } == {
      cpu    = { type = "TargetTrackingScaling", metric = "ECSServiceAverageCPUUtilization", target = 70, scale_out = 60, scale_in = 300 }
      memory = { type = "TargetTrackingScaling", metric = "ECSServiceAverageMemoryUtilization", target = 70, scale_out = 60, scale_in = 300 }
    }
    error_message = "CPU and memory are held at 70 per cent: quickly up, slowly down."
  }

  assert {
    condition     = alltrue([for policy in aws_appautoscaling_policy.this : policy.target_tracking_scaling_policy_configuration[0].disable_scale_in != true])
    error_message = "Both policies also end tasks."
  }
}

run "other_autoscaling" {
  variables {
    min_count           = 1
    max_count           = 10
    utilization_targets = { cpu = 50, memory = 60 }
    cooldown            = { scale_out = 30, scale_in = 600 }
  }

  assert {
    condition     = aws_appautoscaling_target.this.min_capacity == 1 && aws_appautoscaling_target.this.max_capacity == 10
    error_message = "The number of tasks is a variable."
  }

  assert {
    condition = [
      for policy in aws_appautoscaling_policy.this : [for configuration in policy.target_tracking_scaling_policy_configuration : [configuration.target_value, configuration.scale_out_cooldown, configuration.scale_in_cooldown]]
    ] == [[[50, 30, 600]], [[60, 30, 600]]]
    error_message = "Targets and cooldowns are variables."
  }
}
