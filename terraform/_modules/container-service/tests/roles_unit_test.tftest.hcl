# What each role may do, statement by statement: whoever widens one changes a line here.
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

override_resource {
  target = aws_ssm_parameter.api_key["a"]
  values = { arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/a" }
}

override_resource {
  target = aws_ssm_parameter.api_key["b"]
  values = { arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/b" }
}

run "trust" {
  assert {
    condition = alltrue([
      for role in [aws_iam_role.execution, aws_iam_role.task] : jsondecode(role.assume_role_policy).Statement == [{
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
      }]
    ])
    error_message = "Both roles are for tasks, on behalf of this account."
  }
}

run "execution_role" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => { actions = flatten([statement.Action]), resources = flatten([statement.Resource]) } } == {
      SignInToImages = { actions = ["ecr:GetAuthorizationToken"], resources = ["*"] }
      FetchImages    = { actions = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"], resources = [var.image_repository_arn] }
      WriteLog       = { actions = ["logs:CreateLogStream", "logs:PutLogEvents"], resources = ["${aws_cloudwatch_log_group.this.arn}:*"] }
      ReadKeys       = { actions = ["ssm:GetParameters"], resources = ["arn:aws:ssm:eu-west-1:123456789012:parameter/a", "arn:aws:ssm:eu-west-1:123456789012:parameter/b"] }
      DecryptKeys    = { actions = ["kms:Decrypt"], resources = [var.encryption_key_arn] }
    }
    error_message = "ECS fetches images from the one repository, reads the two keys, and writes the one log; only signing in knows no resource."
  }

  assert {
    condition = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Condition if statement.Sid == "DecryptKeys"] == [
      { StringEquals = { "kms:ViaService" = "ssm.eu-west-1.amazonaws.com" } }
    ]
    error_message = "It decrypts by way of SSM only."
  }

  assert {
    condition     = aws_iam_role_policy.execution.role == aws_iam_role.execution.id
    error_message = "The policy is the execution role's."
  }
}

run "task_role" {
  variables {
    parameters_to_read = ["arn:aws:ssm:eu-west-1:123456789012:parameter/map"]
  }

  assert {
    condition = aws_iam_role_policy.task[0].role == aws_iam_role.task.id && jsondecode(aws_iam_role_policy.task[0].policy).Statement == [{
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = ["arn:aws:ssm:eu-west-1:123456789012:parameter/map"]
    }]
    error_message = "The service reads the parameters that it was given and may do nothing else."
  }
}

run "task_role_without_parameters" {
  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "Without parameters to read it may do nothing."
  }
}
