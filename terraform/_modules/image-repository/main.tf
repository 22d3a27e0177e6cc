resource "aws_ecr_repository" "this" {
  #checkov:skip=CKV_AWS_136:Images are no secret, and they are encrypted with AWS's key unless one is given.
  name = var.name
  # A tag is a commit: what it names can never become something else.
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = var.encryption_key_arn == null ? "AES256" : "KMS"
    kms_key         = var.encryption_key_arn
  }
}

# The rule with the lowest number that an image matches is the only one that counts for it.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = jsonencode({
    rules = [
      {
        rulePriority = 1
        description  = "What a service starts with before its first release stays."
        selection    = { tagStatus = "tagged", tagPatternList = ["initial"], countType = "imageCountMoreThan", countNumber = 1 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 2
        description  = "Pushes that were broken off leave images without a tag."
        selection    = { tagStatus = "untagged", countType = "sinceImagePushed", countUnit = "days", countNumber = 1 }
        action       = { type = "expire" }
      },
      {
        rulePriority = 3
        description  = "The newest ${var.kept_images} stay."
        selection    = { tagStatus = "any", countType = "imageCountMoreThan", countNumber = var.kept_images }
        action       = { type = "expire" }
      },
    ]
  })
}
