mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "rest-api-test"
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "topic" {
  assert {
    condition     = aws_sns_topic.this.name == "rest-api-test" && aws_sns_topic.this.kms_master_key_id == var.encryption_key_arn
    error_message = "The topic is encrypted with the key that was given."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.email) == 0
    error_message = "Without addresses nobody is subscribed."
  }

  assert {
    condition     = aws_sns_topic_policy.this.arn == aws_sns_topic.this.arn && output.topic_arn == aws_sns_topic.this.arn
    error_message = "The policy is the topic's, and so is the output."
  }
}

run "policy" {
  assert {
    condition = one([for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Sid == "AlarmsOfThisAccount"]) == {
      Sid       = "AlarmsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "cloudwatch.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = {
        StringEquals = { "aws:SourceAccount" = "123456789012" }
        ArnLike      = { "aws:SourceArn" = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:*" }
      }
    }
    error_message = "Alarms of the account may publish."
  }

  assert {
    condition = one([for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Sid == "Releases"]) == {
      Sid       = "Releases"
      Effect    = "Allow"
      Principal = { Service = "codestar-notifications.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }
    error_message = "Pipelines of the account may tell of their releases."
  }

  assert {
    condition = one([for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Sid == "Events"]) == {
      Sid       = "Events"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
    }
    error_message = "EventBridge may tell of scaling; with a condition its events would be lost."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Effect == "Allow"]) == 3
    error_message = "No other service may publish."
  }

  assert {
    condition = one([for statement in jsondecode(aws_sns_topic_policy.this.policy).Statement : statement if statement.Effect == "Deny"]) == {
      Sid       = "OnlyByTls"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this.arn
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }
    error_message = "Nobody may publish without TLS."
  }
}

run "emails" {
  variables {
    emails = ["first@example.com", "second+alarms@mail.example.org"]
  }

  assert {
    condition     = toset([for subscription in aws_sns_topic_subscription.email : subscription.endpoint]) == var.emails
    error_message = "Each address has its subscription."
  }

  assert {
    condition     = alltrue([for subscription in aws_sns_topic_subscription.email : subscription.protocol == "email" && subscription.topic_arn == aws_sns_topic.this.arn])
    error_message = "Subscriptions are to the topic, by email."
  }
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest_api.fifo"
  }

  expect_failures = [var.name]
}

run "email_without_a_domain" {
  command = plan

  variables {
    emails = ["first@example.com", "somebody@example"]
  }

  expect_failures = [var.emails]
}

run "two_emails_in_one" {
  command = plan

  variables {
    emails = ["first@example.com,second@example.com"]
  }

  expect_failures = [var.emails]
}

run "email_that_is_empty" {
  command = plan

  variables {
    emails = [""]
  }

  expect_failures = [var.emails]
}
