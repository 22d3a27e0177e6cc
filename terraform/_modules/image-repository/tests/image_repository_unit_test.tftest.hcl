mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "rest-api-service"
}

run "repository" {
  assert {
    condition     = aws_ecr_repository.this.name == "rest-api-service" && output.name == "rest-api-service"
    error_message = "The repository has the name that was given."
  }

  assert {
    condition     = output.arn == aws_ecr_repository.this.arn && output.url == aws_ecr_repository.this.repository_url
    error_message = "The outputs are the repository's."
  }

  assert {
    condition     = aws_ecr_repository.this.image_tag_mutability == "IMMUTABLE"
    error_message = "What a tag names never becomes something else."
  }

  assert {
    condition     = aws_ecr_repository.this.image_scanning_configuration[0].scan_on_push
    error_message = "Every image is scanned when it is pushed."
  }

  assert {
    condition     = aws_ecr_repository.this.force_delete != true
    error_message = "A repository that holds images is not deleted."
  }
}

run "encryption_by_aws" {
  command = plan

  assert {
    condition     = aws_ecr_repository.this.encryption_configuration[0].encryption_type == "AES256"
    error_message = "Without a key of ours, images are encrypted with AWS's."
  }
}

run "encryption_with_a_key" {
  command = plan

  variables {
    encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition = (
      aws_ecr_repository.this.encryption_configuration[0].encryption_type == "KMS" &&
      aws_ecr_repository.this.encryption_configuration[0].kms_key == var.encryption_key_arn
    )
    error_message = "Images are encrypted with the key that was given."
  }
}

run "lifecycle" {
  assert {
    condition     = aws_ecr_lifecycle_policy.this.repository == "rest-api-service"
    error_message = "The rules are the repository's."
  }

  assert {
    condition     = [for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.rulePriority] == [1, 2, 3]
    error_message = "The rules are looked at in this order."
  }

  # An image is only ever judged by the first rule that it matches, and of the tag initial there can be one image alone.
  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[0].selection == {
      tagStatus      = "tagged"
      tagPatternList = ["initial"]
      countType      = "imageCountMoreThan"
      countNumber    = 1
    }
    error_message = "The image that services start with stays."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[1].selection == {
      tagStatus   = "untagged"
      countType   = "sinceImagePushed"
      countUnit   = "days"
      countNumber = 1
    }
    error_message = "Images without a tag go after a day."
  }

  assert {
    condition = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[2].selection == {
      tagStatus   = "any"
      countType   = "imageCountMoreThan"
      countNumber = 50
    }
    error_message = "The newest 50 images stay."
  }

  assert {
    condition     = alltrue([for rule in jsondecode(aws_ecr_lifecycle_policy.this.policy).rules : rule.action == { type = "expire" }])
    error_message = "What a rule finds is deleted."
  }
}

run "fewer_images" {
  variables {
    kept_images = 2
  }

  assert {
    condition     = jsondecode(aws_ecr_lifecycle_policy.this.policy).rules[2].selection.countNumber == 2
    error_message = "How many images stay can be chosen."
  }
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "Rest-Api"
  }

  expect_failures = [var.name]
}

run "name_that_ends_with_a_hyphen" {
  command = plan

  variables {
    name = "rest-api-"
  }

  expect_failures = [var.name]
}

run "name_of_one_letter" {
  command = plan

  variables {
    name = "a"
  }

  expect_failures = [var.name]
}

run "one_image_only" {
  command = plan

  variables {
    kept_images = 1
  }

  expect_failures = [var.kept_images]
}

run "images_that_are_not_whole" {
  command = plan

  variables {
    kept_images = 2.5
  }

  expect_failures = [var.kept_images]
}
