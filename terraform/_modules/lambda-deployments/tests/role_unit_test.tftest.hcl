# What the role may do, statement by statement: whoever widens it changes a line here.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  alarm_topic_arn = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  lambdas = {
    one = { function_name = "rest-api-test-one", version = "4", aliases = ["prod"] }
    two = { function_name = "rest-api-test-two", version = "1", aliases = ["prod"] }
  }
}

run "trust" {
  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "codedeploy.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
    error_message = "The role is CodeDeploy's, on behalf of this account."
  }

  assert {
    condition     = aws_iam_role.this.name == "rest-api-test-lambdas-deploy"
    error_message = "The role is named by the environment, as the role that applies may make."
  }
}

run "policy" {
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Sid => statement.Resource } == {
      ShiftAliases = [
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-one",
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-two",
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-one:prod",
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-two:prod",
      ]
      LookAtConcurrency = [
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-one:*",
        "arn:aws:lambda:eu-west-1:123456789012:function:rest-api-test-two:*",
      ]
      LookAtAlarms = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*"
    }
    error_message = "CodeDeploy moves these functions' aliases, and looks at alarms."
  }

  assert {
    condition = toset(flatten([for statement in jsondecode(aws_iam_role_policy.this.policy).Statement : statement.Action])) == toset([
      "cloudwatch:DescribeAlarms", "lambda:GetAlias", "lambda:GetProvisionedConcurrencyConfig", "lambda:UpdateAlias",
    ])
    error_message = "It calls no function, changes no code and reads no package."
  }
}
