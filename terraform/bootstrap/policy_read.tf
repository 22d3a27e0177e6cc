locals {
  # What a refresh of everything in terraform/ asks for, and whoever looks whether something is to be promoted or released. Not AWS's
  # ReadOnlyAccess, which also reads every object, log line and queue of the account.
  read_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Describe"
        Effect = "Allow"
        Action = [
          "acm:DescribeCertificate", "acm:ListTagsForCertificate",
          "apigateway:GET",
          "application-autoscaling:Describe*", "application-autoscaling:ListTagsForResource",
          "cloudwatch:DescribeAlarms", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource",
          "codebuild:BatchGetBuilds", "codebuild:BatchGetProjects",
          "codeconnections:GetConnection", "codeconnections:ListTagsForResource",
          "codedeploy:Get*", "codedeploy:List*",
          "codepipeline:GetPipeline*", "codepipeline:ListActionExecutions", "codepipeline:ListPipelineExecutions", "codepipeline:ListTagsForResource",
          "codestar-connections:GetConnection", "codestar-connections:ListTagsForResource",
          "codestar-notifications:DescribeNotificationRule", "codestar-notifications:ListTagsForResource",
          "ec2:Describe*",
          "ecr:DescribeImages", "ecr:DescribeRepositories", "ecr:ListTagsForResource",
          "ecs:Describe*", "ecs:ListTagsForResource",
          "elasticloadbalancing:Describe*",
          "events:DescribeRule", "events:ListTagsForResource", "events:ListTargetsByRule",
          "kms:DescribeKey", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus", "kms:ListAliases", "kms:ListResourceTags",
          "lambda:Get*", "lambda:List*",
          "logs:Describe*", "logs:ListTagsForResource",
          "route53:Get*", "route53:List*",
          # Terraform opens the ephemeral password in every plan; nothing is stored.
          "secretsmanager:GetRandomPassword",
          "sns:GetSubscriptionAttributes", "sns:GetTopicAttributes", "sns:ListTagsForResource",
          "ssm:DescribeParameters",
          "wafv2:GetLoggingConfiguration", "wafv2:GetWebACL", "wafv2:GetWebACLForResource", "wafv2:ListTagsForResource",
        ]
        Resource = "*"
      },
      {
        Sid      = "DescribeRoles"
        Effect   = "Allow"
        Action   = ["iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags"]
        Resource = "arn:${local.partition}:iam::${local.account_id}:role/${var.identifier}-*"
      },
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter", "ssm:GetParameters", "ssm:ListTagsForResource"]
        Resource = [for name in ["terraform/*", "${var.identifier}/*", "${var.identifier}-*"] : "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/${name}"]
      },
      {
        # The provider reads every parameter with its value, encrypted ones too. Nothing else is decrypted.
        Sid       = "DecryptParameters"
        Effect    = "Allow"
        Action    = "kms:Decrypt"
        Resource  = "arn:${local.partition}:kms:${local.region}:${local.account_id}:key/*"
        Condition = { StringEquals = { "kms:ViaService" = "ssm.${local.region}.amazonaws.com" } }
      },
    ]
  })

  # It takes no lock, so it writes nothing.
  read_state_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindState"
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = local.state_arn
      },
      {
        Sid      = "ReadState"
        Effect   = "Allow"
        Action   = "s3:GetObject"
        Resource = [for environment in sort(var.environments) : "${local.state_arn}/${environment}/*"]
      },
    ]
  })
}
