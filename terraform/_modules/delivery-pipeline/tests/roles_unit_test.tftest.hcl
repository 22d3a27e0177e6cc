# What each role may do, statement by statement: whoever widens one changes a line here.
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

run "trust" {
  assert {
    condition = alltrue([
      for service, role in { codepipeline = aws_iam_role.pipeline, codebuild = aws_iam_role.build, codedeploy = aws_iam_role.deploy } :
      jsondecode(role.assume_role_policy).Statement == [{
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
      }]
    ])
    error_message = "Each role is for its own service, on behalf of this account."
  }
}

run "pipeline_role" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement.Sid => statement.Resource } == {
      FetchSource            = output.connection_arn
      HandOn                 = "arn:aws:s3:::artifacts-bucket/rest-api-test-servic/*"
      FindBucket             = "arn:aws:s3:::artifacts-bucket"
      Build                  = aws_codebuild_project.this.arn
      RegisterTaskDefinition = "*"
      GiveTasksTheirRoles    = [var.service.execution_role_arn, var.service.task_role_arn]
      Deploy = [
        "arn:aws:codedeploy:eu-west-1:123456789012:application:rest-api-test-service",
        "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:rest-api-test-service/*",
        "arn:aws:codedeploy:eu-west-1:123456789012:deploymentconfig:*",
      ]
    }
    error_message = "The pipeline reaches its own connection, prefix, project and application; only registering knows no resource."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.pipeline.policy).Statement : statement if statement.Sid == "GiveTasksTheirRoles"] == [{
      Sid       = "GiveTasksTheirRoles"
      Effect    = "Allow"
      Action    = "iam:PassRole"
      Resource  = [var.service.execution_role_arn, var.service.task_role_arn]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    }]
    error_message = "It gives the service's two roles to tasks, and no role to anything else."
  }
}

run "build_role" {
  variables {
    parameters_to_read = ["arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/images/service"]
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Sid => statement.Resource } == {
      WriteLog       = "${aws_cloudwatch_log_group.build.arn}:*"
      HandOn         = "arn:aws:s3:::artifacts-bucket/rest-api-test-servic/*"
      SignInToImages = "*"
      PushImages     = var.image_repository_arn
      FindRepository = ["arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/images/service"]
    }
    error_message = "The build reaches its own log, prefix and images, and the parameter with their place."
  }

  assert {
    condition = length([
      for action in flatten([for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Action]) : action
      if strcontains(action, "*") || contains(["iam:PassRole", "kms:Decrypt", "secretsmanager:GetSecretValue", "ecr:BatchDeleteImage"], action)
    ]) == 0
    error_message = "The build reads no secret, deletes no image and gives nobody a role."
  }
}

run "image_that_is_there" {
  assert {
    condition = length(setsubtract(
      ["ecr:BatchGetImage", "ecr:DescribeImages", "ecr:DescribeRepositories"],
      flatten([for statement in jsondecode(aws_iam_role_policy.build.policy).Statement : statement.Action]),
    )) == 0
    error_message = "The build finds the image that was pushed for its commit, and takes it by its digest."
  }
}

run "build_role_without_parameters" {
  assert {
    condition     = !strcontains(aws_iam_role_policy.build.policy, "ssm:")
    error_message = "Without parameters to read it may read none."
  }
}

run "deploy_role" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement.Sid => statement.Resource } == {
      StartTaskSets = "*"
      TaskSets = [
        "arn:aws:ecs:eu-west-1:123456789012:service/rest-api-test/rest-api-test",
        "arn:aws:ecs:eu-west-1:123456789012:task-set/rest-api-test/rest-api-test/*",
      ]
      LookAtTraffic       = "*"
      ShiftTraffic        = values(var.load_balancer.listener_arns)
      GiveTasksTheirRoles = [var.service.execution_role_arn, var.service.task_role_arn]
      LookAtAlarms        = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"
    }
    error_message = "CodeDeploy moves this service and these listeners, and looks at the others at most."
  }

  # An action that knows no resource is denied by any other Resource than "*".
  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement : statement if statement.Sid == "StartTaskSets"] == [{
      Sid      = "StartTaskSets"
      Effect   = "Allow"
      Action   = "ecs:CreateTaskSet"
      Resource = "*"
      Condition = {
        ArnEquals = {
          "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/rest-api-test"
          "ecs:service" = "arn:aws:ecs:eu-west-1:123456789012:service/rest-api-test/rest-api-test"
        }
      }
    }]
    error_message = "New containers are started for this service only."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.deploy.policy).Statement :
      alltrue([for action in flatten([statement.Action]) : strcontains(action, ":Describe")]) if statement.Resource == "*" && statement.Sid != "StartTaskSets"
    ])
    error_message = "What is not limited to a resource only looks."
  }
}

run "deploy_role_without_alarms" {
  variables {
    alarm_names = []
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.deploy.policy, "cloudwatch:")
    error_message = "Without alarms it may look at none: AWS refuses a statement without a resource."
  }
}
