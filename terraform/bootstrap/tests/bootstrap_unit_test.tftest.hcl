mock_provider "aws" {
  source = "../tests/mocks"
}

override_resource {
  target = module.plan_role.aws_iam_role.this
  values = { arn = "arn:aws:iam::123456789012:role/rest-api-plan" }
}

variables {
  repository          = "acme/rest-api"
  repository_id       = "123456789"
  repository_owner_id = "1234567"
}

# scripts/bootstrap/test/trust.sandbox.ts reads the roles of this one.
run "one_account" {
  assert {
    condition     = output.state_bucket == "terraform-statefiles-123456789012-eu-west-1" && output.artifacts_bucket == "terraform-artifacts-123456789012-eu-west-1"
    error_message = "Names of buckets hold account and region: there is only one of a name in the world."
  }

  assert {
    condition = { for name, parameter in aws_ssm_parameter.this : name => parameter.insecure_value } == {
      "/terraform/statefiles/bucket" = "terraform-statefiles-123456789012-eu-west-1"
      "/terraform/artifacts/bucket"  = "terraform-artifacts-123456789012-eu-west-1"
      "/terraform/images/service"    = "rest-api-service"
    }
    error_message = "What others look up is in SSM, and without a base image the Dockerfile's is meant."
  }

  assert {
    condition     = aws_iam_openid_connect_provider.github[0].url == "https://token.actions.githubusercontent.com" && aws_iam_openid_connect_provider.github[0].client_id_list == toset(["sts.amazonaws.com"])
    error_message = "Tokens of GitHub Actions for AWS are trusted."
  }

  assert {
    condition     = aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.api_gateway_logs.arn && endswith(aws_iam_role_policy_attachment.api_gateway_logs.policy_arn, "/AmazonAPIGatewayPushToCloudWatchLogs")
    error_message = "API Gateway may write logs."
  }

  assert {
    condition     = keys(output.apply_role_arns) == ["acceptance", "production", "test"] && keys(output.deploy_role_arns) == ["acceptance", "production", "test"]
    error_message = "Each environment has a role of its own to apply and one to deploy."
  }

  assert {
    condition     = output.github.variables == { AWS_REGION = "eu-west-1", PLAN_ROLE_ARN = "arn:aws:iam::123456789012:role/rest-api-plan" } && keys(output.github.environments.production) == ["APPLY_ROLE_ARN", "DEPLOY_ROLE_ARN"]
    error_message = "One role plans all environments of the account, so it is a variable of the repository."
  }
}

run "what_plan_may" {
  assert {
    condition = alltrue([
      for action in flatten([for policy in [local.read_policy, local.read_state_policy] : [for statement in jsondecode(policy).Statement : statement.Action]]) :
      can(regex("^[a-z0-9-]+:(Describe|Get|List|BatchGet|GET|Decrypt)", action))
    ])
    error_message = "The role that plans only reads."
  }

  assert {
    condition = alltrue([
      for action in flatten([for policy in [local.read_policy, local.read_state_policy] : [for statement in jsondecode(policy).Statement : statement.Action]]) :
      !contains(["secretsmanager:GetSecretValue", "logs:GetLogEvents", "logs:FilterLogEvents", "ecr:GetAuthorizationToken", "*"], action)
    ])
    error_message = "What plans need no secrets, log lines and images for, they do not read."
  }

  assert {
    condition     = [for statement in jsondecode(local.read_state_policy).Statement : statement.Resource if statement.Sid == "ReadState"][0] == ["arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/acceptance/*", "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/production/*", "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/test/*"]
    error_message = "Plans read the state of this account's environments."
  }

  assert {
    condition     = [for statement in jsondecode(local.read_policy).Statement : statement.Condition if statement.Sid == "DecryptParameters"] == [{ StringEquals = { "kms:ViaService" = "ssm.eu-west-1.amazonaws.com" } }]
    error_message = "Plans decrypt parameters and nothing else."
  }

  assert {
    condition = length(setsubtract(
      ["lambda:Get*", "lambda:List*", "codedeploy:Get*", "codedeploy:List*", "cloudwatch:DescribeAlarms", "ecs:Describe*", "ecr:DescribeImages", "codebuild:BatchGetBuilds", "codepipeline:GetPipeline*", "codepipeline:ListPipelineExecutions"],
      flatten([for statement in jsondecode(local.read_policy).Statement : statement.Action]),
    )) == 0
    error_message = "Whether a promotion or a release has something to do is seen without the role that does it."
  }
}

run "what_apply_may" {
  assert {
    condition = alltrue([
      for resource in flatten([for statement in jsondecode(local.apply_policies["test"]).Statement : statement.Resource if statement.Effect == "Allow"]) :
      !strcontains(resource, "production") && !strcontains(resource, "acceptance")
    ])
    error_message = "The role of one environment has no other's name in it."
  }

  assert {
    condition = flatten([for statement in jsondecode(local.apply_policies["test"]).Statement : statement.Resource if contains(["State", "FreeLock"], statement.Sid)]) == [
      "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/test/*", "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/test/*.tflock",
    ]
    error_message = "It writes its own environment's state, and deletes nothing of it but the lock."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(local.apply_policies["test"]).Statement :
      statement.Resource == "arn:aws:iam::123456789012:role/rest-api-test*" || statement.Sid == "ServiceLinkedRoles"
      if anytrue([for action in flatten([statement.Action]) : startswith(action, "iam:")])
    ])
    error_message = "It changes roles by its environment's name alone."
  }

  assert {
    condition = !anytrue([
      for action in flatten([for statement in jsondecode(local.apply_policies["test"]).Statement : statement.Action]) :
      contains(["*", "iam:*", "s3:*", "ecr:*", "ssm:*", "ec2:*", "kms:*", "iam:AttachRolePolicy", "ec2:RunInstances"], action)
    ])
    error_message = "It has no more than terraform/ makes."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(local.protect_policy).Statement : statement.Effect == "Deny"])
    error_message = "What protects only ever denies."
  }

  assert {
    condition = alltrue([
      for resource in [
        "arn:aws:iam::123456789012:role/rest-api-plan", "arn:aws:iam::123456789012:role/rest-api-apply-*", "arn:aws:iam::123456789012:role/rest-api-deploy-*",
        "arn:aws:iam::123456789012:role/rest-api-api-gateway-logs-*", "arn:aws:iam::123456789012:oidc-provider/*",
        "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1", "arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1", "arn:aws:s3:::terraform-statefiles-123456789012-eu-west-1/bootstrap/*",
        "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service", "arn:aws:apigateway:eu-west-1::/account",
        "arn:aws:ssm:eu-west-1:123456789012:parameter/terraform/statefiles/*",
      ] : contains(flatten([for statement in jsondecode(local.protect_policy).Statement : statement.Resource]), resource)
    ])
    error_message = "What bootstrap has made is not changed by an apply."
  }
}

run "one_of_three_accounts" {
  variables {
    environments = ["production"]
  }

  assert {
    condition     = keys(output.apply_role_arns) == ["production"] && keys(output.github.environments) == ["production"]
    error_message = "An account of one environment has that one's roles only."
  }

  assert {
    condition     = keys(output.github.variables) == ["AWS_REGION", "PLAN_ROLE_ARN_PRODUCTION"]
    error_message = "Where accounts differ, the plan role's variable names the environment."
  }
}

run "provider_that_is_there" {
  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  }

  assert {
    condition     = length(aws_iam_openid_connect_provider.github) == 0
    error_message = "There can be only one, so the one that is there is used."
  }
}

run "another_base_image" {
  variables {
    base_image = "mirror.example.com/node:24"
  }

  assert {
    condition     = aws_ssm_parameter.this["/terraform/images/base"].insecure_value == "mirror.example.com/node:24"
    error_message = "The base image that was given is in SSM."
  }
}

run "identifier_with_capitals" {
  command = plan

  variables {
    identifier = "Rest"
  }

  expect_failures = [var.identifier]
}

run "no_environment" {
  command = plan

  variables {
    environments = []
  }

  expect_failures = [var.environments]
}

run "unknown_environment" {
  command = plan

  variables {
    environments = ["staging"]
  }

  expect_failures = [var.environments]
}

run "repository_with_a_wildcard" {
  command = plan

  variables {
    repository = "acme/*"
  }

  expect_failures = [var.repository]
}

run "repository_id_that_is_a_name" {
  command = plan

  variables {
    repository_id = "rest-api"
  }

  expect_failures = [var.repository_id]
}

run "owner_id_that_is_a_name" {
  command = plan

  variables {
    repository_owner_id = "acme"
  }

  expect_failures = [var.repository_owner_id]
}

run "branch_with_a_wildcard" {
  command = plan

  variables {
    default_branch = "*"
  }

  expect_failures = [var.default_branch]
}

run "provider_of_somebody_else" {
  command = plan

  variables {
    oidc_provider_arn = "arn:aws:iam::123456789012:oidc-provider/gitlab.com"
  }

  expect_failures = [var.oidc_provider_arn]
}
