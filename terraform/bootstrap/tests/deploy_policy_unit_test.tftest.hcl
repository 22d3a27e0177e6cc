# What the role that deploys may do, statement by statement: whoever widens it changes a line here.
mock_provider "aws" {
  source = "../tests/mocks"
}

variables {
  repository          = "acme/rest-api"
  repository_id       = "123456789"
  repository_owner_id = "1234567"
}

run "what_deploy_reaches" {
  command = plan

  assert {
    condition = { for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Sid => statement.Resource } == {
      FindPackages   = "arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1"
      Packages       = "arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1/lambdas/*"
      SignInToImages = "*"
      PushImages     = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service"
      Targets = [
        "arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/artifacts/*",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/images/*",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/test/*",
      ]
      Versions      = "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test*"
      PruneVersions = "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test*:*"
      Shifts = [
        "arn:aws:codedeploy:eu-west-1:123456789012:application:rest-api-test*",
        "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:rest-api-test*",
        "arn:aws:codedeploy:eu-west-1:123456789012:deploymentconfig:*",
      ]
      ShiftsWithoutAlarms = "arn:aws:codedeploy:eu-west-1:123456789012:deploymentgroup:rest-api-test*-lambdas/*"
      InThisRegion        = "*"
      LookAtAlarms        = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"
      TurnShiftAlarms     = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:rest-api-test*-shift-*"
      ApiKeys             = "arn:aws:apigateway:eu-west-1::/apikeys/*"
      Releases            = "arn:aws:codepipeline:eu-west-1:123456789012:rest-api-test*"
      Builds              = "arn:aws:codebuild:eu-west-1:123456789012:project/rest-api-test*"
      BuildLogs           = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/codebuild/rest-api-test*"
      Service             = "arn:aws:ecs:eu-west-1:123456789012:service/rest-api-test*"
    }
    error_message = "A deployment reaches its own environment by name, and what all share."
  }

  # An action that knows no resource is denied by any other Resource than "*".
  assert {
    condition = { for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Sid => statement.Action if statement.Resource == "*" } == {
      SignInToImages = "ecr:GetAuthorizationToken"
      InThisRegion = [
        "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets", "codedeploy:StopDeployment",
        "ecs:DescribeTaskDefinition",
      ]
    }
    error_message = "Everything that can be limited to names is."
  }

  assert {
    condition     = [for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Condition if statement.Sid == "InThisRegion"] == [{ StringEquals = { "aws:RequestedRegion" = "eu-west-1" } }]
    error_message = "What cannot is limited to the region."
  }

  assert {
    condition = [for statement in jsondecode(local.deploy_policies["production"]).Statement : statement.Condition if statement.Sid == "ApiKeys"] == [
      { StringEquals = { "aws:ResourceTag/Environment" = "production", "aws:ResourceTag/Project" = "rest-api" } },
    ]
    error_message = "It reads the API keys of its own environment, which have no name but tags."
  }
}

run "what_deploy_changes" {
  command = plan

  assert {
    condition = toset([
      for action in flatten([for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Action]) :
      action if !can(regex("^[a-z0-9-]+:(BatchCheck|BatchGet|Describe|Get|GET|List)", action))
      ]) == toset([
      "s3:PutObject",
      "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
      "lambda:DeleteFunction", "lambda:PublishVersion", "lambda:UpdateAlias",
      "codedeploy:CreateDeployment", "codedeploy:RegisterApplicationRevision", "codedeploy:StopDeployment", "codedeploy:UpdateDeploymentGroup",
      "cloudwatch:PutMetricAlarm", "cloudwatch:SetAlarmState",
      "codepipeline:StartPipelineExecution", "codepipeline:StopPipelineExecution",
      "codebuild:StopBuild",
    ])
    error_message = "It publishes, shifts, starts and stops, and nothing else: no code or resource is changed past Terraform."
  }

  # As IAM reads it: a star is any text, colons too.
  assert {
    condition = [
      for name in ["rest-api-test-replace-strings:7", "rest-api-test-replace-strings-2:12", "rest-api-test-replace-strings", "rest-api-test-2", "rest-api-production-replace-strings:7"] :
      can(regex(
        "^${replace([for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Resource if statement.Sid == "PruneVersions"][0], "*", ".*")}$",
        "arn:aws:lambda:eu-west-1:123456789012:function:${name}",
      ))
    ] == [true, true, false, false, false]
    error_message = "It deletes versions of its environment's functions, and never a function."
  }

  assert {
    condition = [
      for name in ["rest-api-test-replace-strings-prod-shift-errors", "rest-api-test-replace-strings-prod-errors", "rest-api-test-prod-latency", "rest-api-production-replace-strings-prod-shift-errors"] :
      can(regex(
        "^${replace([for statement in jsondecode(local.deploy_policies["test"]).Statement : statement.Resource if statement.Sid == "TurnShiftAlarms"][0], "*", ".*")}$",
        "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}",
      ))
    ] == [true, false, false, false]
    error_message = "It turns the alarms that judge a shift, and quietens no other."
  }
}

# The role holds 10,240 characters, which the module github-role checks.
run "longest_names" {
  command = plan

  variables {
    identifier = "an-identifier-of-20c"
  }

  assert {
    condition     = alltrue([for policy in concat(values(local.deploy_policies), [for policy in values(local.apply_policies) : "${local.read_policy}${policy}${local.protect_policy}"]) : length(policy) < 9700])
    error_message = "The policies leave room for a region with a longer name."
  }
}
