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

run "application" {
  assert {
    condition     = aws_codedeploy_app.this.compute_platform == "ECS" && output.application_name == "rest-api-test-service" && output.deployment_group_name == "rest-api-test-service"
    error_message = "CodeDeploy releases containers."
  }
}

run "blue_green" {
  assert {
    condition     = one(aws_codedeploy_deployment_group.this.deployment_style).deployment_type == "BLUE_GREEN" && one(aws_codedeploy_deployment_group.this.deployment_style).deployment_option == "WITH_TRAFFIC_CONTROL"
    error_message = "The new version is started beside the old one, and the traffic shifted."
  }

  assert {
    condition     = one(aws_codedeploy_deployment_group.this.ecs_service).cluster_name == "rest-api-test" && one(aws_codedeploy_deployment_group.this.ecs_service).service_name == "rest-api-test"
    error_message = "It is this service that is released."
  }

  assert {
    condition     = aws_codedeploy_deployment_group.this.deployment_config_name == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    error_message = "By default a tenth of the traffic goes first, for five minutes."
  }

  assert {
    condition     = one(one(aws_codedeploy_deployment_group.this.blue_green_deployment_config).deployment_ready_option).action_on_timeout == "CONTINUE_DEPLOYMENT"
    error_message = "Nobody has to be there for a release to go on."
  }

  assert {
    condition = (
      one(one(aws_codedeploy_deployment_group.this.blue_green_deployment_config).terminate_blue_instances_on_deployment_success).action == "TERMINATE" &&
      one(one(aws_codedeploy_deployment_group.this.blue_green_deployment_config).terminate_blue_instances_on_deployment_success).termination_wait_time_in_minutes == 5
    )
    error_message = "The old version is kept for five minutes, and ended then."
  }
}

run "traffic" {
  assert {
    condition = (
      one(one(one(aws_codedeploy_deployment_group.this.load_balancer_info).target_group_pair_info).prod_traffic_route).listener_arns == toset([var.load_balancer.listener_arns.production]) &&
      one(one(one(aws_codedeploy_deployment_group.this.load_balancer_info).target_group_pair_info).test_traffic_route).listener_arns == toset([var.load_balancer.listener_arns.test])
    )
    error_message = "Each listener has its own part: one is for callers, one for looking at the new version first."
  }

  assert {
    condition     = [for group in one(one(aws_codedeploy_deployment_group.this.load_balancer_info).target_group_pair_info).target_group : group.name] == ["rest-api-test-blue", "rest-api-test-green"]
    error_message = "Traffic is shifted between the two target groups."
  }
}

run "rollback" {
  assert {
    condition     = one(aws_codedeploy_deployment_group.this.alarm_configuration).enabled && one(aws_codedeploy_deployment_group.this.alarm_configuration).alarms == var.alarm_names
    error_message = "The alarms watch a release."
  }

  assert {
    condition = (
      one(aws_codedeploy_deployment_group.this.auto_rollback_configuration).enabled &&
      one(aws_codedeploy_deployment_group.this.auto_rollback_configuration).events == toset(["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"])
    )
    error_message = "The old version is back when a release fails, an alarm fires, or somebody stops it."
  }

  # It would go on with an alarm that cannot be read.
  assert {
    condition     = one(aws_codedeploy_deployment_group.this.alarm_configuration).ignore_poll_alarm_failure != true
    error_message = "A release does not go on blindly."
  }
}

run "another_shift" {
  variables {
    deployment_config           = "CodeDeployDefault.ECSAllAtOnce"
    termination_wait_in_minutes = 0
    alarm_names                 = []
  }

  assert {
    condition = (
      aws_codedeploy_deployment_group.this.deployment_config_name == "CodeDeployDefault.ECSAllAtOnce" &&
      one(one(aws_codedeploy_deployment_group.this.blue_green_deployment_config).terminate_blue_instances_on_deployment_success).termination_wait_time_in_minutes == 0
    )
    error_message = "How traffic is shifted, and how long the old version stays, can be chosen."
  }

  assert {
    condition     = !one(aws_codedeploy_deployment_group.this.alarm_configuration).enabled
    error_message = "Without alarms none is asked for: AWS refuses an empty list of them."
  }
}
