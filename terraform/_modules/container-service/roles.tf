locals {
  tasks_assume = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  })
}

data "aws_caller_identity" "current" {}

# What ECS itself does before the container runs: fetch the image and the keys, write the log.
resource "aws_iam_role" "execution" {
  name               = "${var.name}-service-execution"
  assume_role_policy = local.tasks_assume
}

resource "aws_iam_role_policy" "execution" {
  name = "start-tasks"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        # It has no resource to be limited to: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
        Sid      = "SignInToImages"
        Effect   = "Allow"
        Action   = "ecr:GetAuthorizationToken"
        Resource = "*"
      },
      {
        Sid      = "FetchImages"
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
        Resource = var.image_repository_arn
      },
      {
        Sid      = "WriteLog"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      },
      {
        Sid      = "ReadKeys"
        Effect   = "Allow"
        Action   = "ssm:GetParameters"
        Resource = [for parameter in aws_ssm_parameter.api_key : parameter.arn]
      },
      {
        Sid       = "DecryptKeys"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = var.encryption_key_arn
        Condition = { StringEquals = { "kms:ViaService" = "ssm.${data.aws_region.current.id}.amazonaws.com" } }
      },
    ]
  })
}

# What the service may do while it runs.
resource "aws_iam_role" "task" {
  name               = "${var.name}-service"
  assume_role_policy = local.tasks_assume
}

resource "aws_iam_role_policy" "task" {
  count = length(var.parameters_to_read) == 0 ? 0 : 1

  name = "read-parameters"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "ssm:GetParameter"
      Resource = sort(var.parameters_to_read)
    }]
  })
}
