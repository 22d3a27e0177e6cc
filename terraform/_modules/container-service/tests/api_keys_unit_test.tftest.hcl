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

run "parameters" {
  assert {
    condition = alltrue([
      for slot, parameter in aws_ssm_parameter.api_key :
      parameter.name == "/rest-api-test/service/api-key-${slot}" && parameter.type == "SecureString" && parameter.key_id == var.encryption_key_arn
    ])
    error_message = "Keys are in SSM, encrypted with the key that was given."
  }

  assert {
    condition     = alltrue([for parameter in aws_ssm_parameter.api_key : parameter.value_wo == null])
    error_message = "What a key is is in no state."
  }
}

run "first_key" {
  assert {
    condition     = { for slot, parameter in aws_ssm_parameter.api_key : slot => parameter.value_wo_version } == { a = 2, b = 1 }
    error_message = "Both slots have a key from the start."
  }

  assert {
    condition     = { for secret in output.task_definition.containerDefinitions[0].secrets : secret.name => secret.valueFrom } == { API_KEY = "arn:aws:ssm:eu-west-1:123456789012:parameter/a" }
    error_message = "The first key is in slot a, and there is none before it."
  }

  assert {
    condition     = output.api_key_parameter_names == { current = "/rest-api-test/service/api-key-a", previous = "/rest-api-test/service/api-key-b" }
    error_message = "The outputs name where keys are."
  }
}

run "second_key" {
  variables {
    api_key = { rotation = 2 }
  }

  assert {
    condition     = { for slot, parameter in aws_ssm_parameter.api_key : slot => parameter.value_wo_version } == { a = 2, b = 3 }
    error_message = "A rotation writes slot b anew, and leaves slot a."
  }

  assert {
    condition = { for secret in output.task_definition.containerDefinitions[0].secrets : secret.name => secret.valueFrom } == {
      API_KEY          = "arn:aws:ssm:eu-west-1:123456789012:parameter/b"
      API_KEY_PREVIOUS = "arn:aws:ssm:eu-west-1:123456789012:parameter/a"
    }
    error_message = "The new key is current, and the one before is still accepted."
  }

  assert {
    condition     = output.api_key_parameter_names == { current = "/rest-api-test/service/api-key-b", previous = "/rest-api-test/service/api-key-a" }
    error_message = "The outputs name where keys are."
  }
}

run "third_key" {
  variables {
    api_key = { rotation = 3 }
  }

  assert {
    condition     = { for slot, parameter in aws_ssm_parameter.api_key : slot => parameter.value_wo_version } == { a = 4, b = 3 }
    error_message = "The next rotation writes slot a anew, and leaves slot b."
  }

  assert {
    condition = { for secret in output.task_definition.containerDefinitions[0].secrets : secret.name => secret.valueFrom } == {
      API_KEY          = "arn:aws:ssm:eu-west-1:123456789012:parameter/a"
      API_KEY_PREVIOUS = "arn:aws:ssm:eu-west-1:123456789012:parameter/b"
    }
    error_message = "The slots take turns."
  }
}

run "rotation_has_ended" {
  variables {
    api_key = { rotation = 3, accept_previous = false }
  }

  assert {
    condition     = { for slot, parameter in aws_ssm_parameter.api_key : slot => parameter.value_wo_version } == { a = 4, b = 3 }
    error_message = "Ending a rotation makes no key."
  }

  assert {
    condition     = { for secret in output.task_definition.containerDefinitions[0].secrets : secret.name => secret.valueFrom } == { API_KEY = "arn:aws:ssm:eu-west-1:123456789012:parameter/a" }
    error_message = "The key before is accepted no more."
  }
}
