locals {
  deploy_policies = {
    for environment in var.environments : environment => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "FindPackages"
          Effect   = "Allow"
          Action   = "s3:ListBucket"
          Resource = local.artifacts_arn
        },
        {
          Sid      = "Packages"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.artifacts_arn}/lambdas/*"
        },
        local.sign_in_to_images,
        local.push_images,
        {
          Sid    = "Targets"
          Effect = "Allow"
          Action = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = [for name in ["terraform/artifacts/*", "terraform/images/*", "terraform/${environment}/*"] :
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/${name}"]
        },
        {
          Sid    = "Versions"
          Effect = "Allow"
          Action = [
            "lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:PublishVersion", "lambda:UpdateAlias",
          ]
          Resource = "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${local.names[environment]}*"
        },
        {
          Sid    = "Shifts"
          Effect = "Allow"
          Action = [
            "codedeploy:ContinueDeployment", "codedeploy:CreateDeployment", "codedeploy:Get*", "codedeploy:List*", "codedeploy:RegisterApplicationRevision",
            "codedeploy:StopDeployment",
          ]
          Resource = flatten([
            [for kind in ["application", "deploymentgroup"] : "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}:${kind}:${local.names[environment]}*"],
            "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}:deploymentconfig:*",
          ])
        },
        {
          Sid    = "Releases"
          Effect = "Allow"
          Action = ["codepipeline:Get*", "codepipeline:List*", "codepipeline:StartPipelineExecution", "codepipeline:StopPipelineExecution"]
          # Stages and actions are named behind the pipeline.
          Resource = "arn:${local.partition}:codepipeline:${local.region}:${local.account_id}:${local.names[environment]}*"
        },
      ]
    })
  }

  # It has no resource to be limited to: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
  sign_in_to_images = {
    Sid      = "SignInToImages"
    Effect   = "Allow"
    Action   = "ecr:GetAuthorizationToken"
    Resource = "*"
  }

  # Tags are immutable, so what is there cannot become something else.
  push_images = {
    Sid    = "PushImages"
    Effect = "Allow"
    Action = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:DescribeRepositories",
      "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:ListImages", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    Resource = local.images_arn
  }
}
