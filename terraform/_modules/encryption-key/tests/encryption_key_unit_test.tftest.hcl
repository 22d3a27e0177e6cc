mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "rest-api-test"
}

run "key" {
  assert {
    condition     = aws_kms_key.this.enable_key_rotation && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "The key is rotated, and can be brought back for as long as AWS allows."
  }

  assert {
    condition     = aws_kms_alias.this.name == "alias/rest-api-test" && aws_kms_alias.this.target_key_id == aws_kms_key.this.key_id
    error_message = "The key is found by its alias."
  }

  assert {
    condition     = output.arn == aws_kms_key.this.arn
    error_message = "The output is the key's ARN."
  }
}

run "policy" {
  assert {
    condition = one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "ByIam"]) == {
      Sid       = "ByIam"
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::123456789012:root" }
      Action    = "kms:*"
      Resource  = "*"
    }
    error_message = "The account's IAM policies say who administers the key."
  }

  assert {
    condition = one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "Logs"]) == {
      Sid       = "Logs"
      Effect    = "Allow"
      Principal = { Service = "logs.eu-west-1.amazonaws.com" }
      Action    = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"]
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = "arn:aws:logs:eu-west-1:123456789012:log-group:*" } }
    }
    error_message = "CloudWatch Logs of the region may use the key, for log groups of the account only."
  }

  assert {
    condition = one([for statement in jsondecode(aws_kms_key.this.policy).Statement : statement if statement.Sid == "Notifications"]) == {
      Sid       = "Notifications"
      Effect    = "Allow"
      Principal = { Service = ["cloudwatch.amazonaws.com", "codestar-notifications.amazonaws.com", "events.amazonaws.com"] }
      Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
      Resource  = "*"
      Condition = { ArnLike = { "kms:EncryptionContext:aws:sns:topicArn" = "arn:aws:sns:eu-west-1:123456789012:*" } }
    }
    error_message = "What sends notifications may use the key, for topics of the account only."
  }

  assert {
    condition     = length(jsondecode(aws_kms_key.this.policy).Statement) == 3
    error_message = "Nobody else may use the key."
  }
}

run "policy_in_china" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn", dns_suffix = "amazonaws.com.cn" }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1", name = "cn-north-1" }
  }

  assert {
    condition     = strcontains(aws_kms_key.this.policy, "\"logs.cn-north-1.amazonaws.com.cn\"") && !strcontains(aws_kms_key.this.policy, "arn:aws:")
    error_message = "Names follow the region's partition."
  }
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "Rest API"
  }

  expect_failures = [var.name]
}

run "deletion_window_is_too_short" {
  command = plan

  variables {
    deletion_window_in_days = 6
  }

  expect_failures = [var.deletion_window_in_days]
}

run "deletion_window_is_too_long" {
  command = plan

  variables {
    deletion_window_in_days = 31
  }

  expect_failures = [var.deletion_window_in_days]
}

run "deletion_window_is_not_whole" {
  command = plan

  variables {
    deletion_window_in_days = 7.5
  }

  expect_failures = [var.deletion_window_in_days]
}
