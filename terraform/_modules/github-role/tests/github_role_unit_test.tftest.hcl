mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name         = "rest-api-apply-test"
  description  = "Applies the environment test."
  provider_arn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
  repository   = { name = "acme/rest-api", id = "123456789", owner_id = "1234567" }
  contexts     = ["environment:test"]
  claims       = { environment = "test", ref = "refs/heads/main" }
  policies     = { apply = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
}

# Which tokens may assume a role is tested in scripts/bootstrap/test/trust.sandbox.ts.
run "role" {
  assert {
    condition     = output.arn == aws_iam_role.this.arn && output.name == "rest-api-apply-test" && aws_iam_role.this.description == "Applies the environment test."
    error_message = "The role is as it was asked for."
  }

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Federated = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com" }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "token.actions.githubusercontent.com:aud"           = "sts.amazonaws.com"
          "token.actions.githubusercontent.com:repository_id" = "123456789"
          "token.actions.githubusercontent.com:environment"   = "test"
          "token.actions.githubusercontent.com:ref"           = "refs/heads/main"
        }
        StringLike = {
          "token.actions.githubusercontent.com:sub" = ["repo:acme@1234567/*@123456789:environment:test", "repo:acme/rest-api:environment:test"]
        }
      }
    }]
    error_message = "Single claims are compared exactly, the subject in both of its shapes."
  }

  assert {
    condition     = aws_iam_role_policy.this["apply"].policy == var.policies["apply"] && aws_iam_role_policy.this["apply"].name == "apply"
    error_message = "The role has the policies that were given."
  }

  assert {
    condition     = aws_iam_role.this.max_session_duration == 3600
    error_message = "A session ends after an hour."
  }
}

run "policies_that_are_too_long" {
  command = plan

  variables {
    policies = { apply = jsonencode({ Version = "2012-10-17", Statement = [for number in range(1000) : tostring(number + 1000000000)] }) }
  }

  expect_failures = [aws_iam_role_policy.this]
}

run "role_that_may_do_nothing" {
  command = plan

  variables {
    policies = {}
  }

  expect_failures = [var.policies]
}

run "name_with_a_slash" {
  command = plan

  variables {
    name = "rest/apply"
  }

  expect_failures = [var.name]
}

run "repository_with_a_wildcard" {
  command = plan

  variables {
    repository = { name = "acme/*", id = "123456789", owner_id = "1234567" }
  }

  expect_failures = [var.repository]
}

run "repository_without_ids" {
  command = plan

  variables {
    repository = { name = "acme/rest-api", id = "", owner_id = "" }
  }

  expect_failures = [var.repository]
}

run "any_context" {
  command = plan

  variables {
    contexts = ["*"]
  }

  expect_failures = [var.contexts]
}

run "any_environment" {
  command = plan

  variables {
    contexts = ["environment:*"]
  }

  expect_failures = [var.contexts]
}

run "no_context" {
  command = plan

  variables {
    contexts = []
  }

  expect_failures = [var.contexts]
}

run "claim_that_sts_does_not_know" {
  command = plan

  variables {
    claims = { head_ref = "main" }
  }

  expect_failures = [var.claims]
}

run "session_of_a_minute" {
  command = plan

  variables {
    max_session_seconds = 60
  }

  expect_failures = [var.max_session_seconds]
}
