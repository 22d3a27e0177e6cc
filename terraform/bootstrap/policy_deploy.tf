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
          # An alias is moved by CodeDeploy, and by the action only where CodeDeploy cannot begin from what somebody has left, or has not gone back.
          Sid    = "Versions"
          Effect = "Allow"
          Action = [
            "lambda:GetAlias", "lambda:GetFunctionConfiguration", "lambda:ListAliases", "lambda:ListVersionsByFunction", "lambda:PublishVersion",
            "lambda:UpdateAlias",
          ]
          Resource = "${local.function_arns[environment]}*"
        },
        {
          # A version has one part more than its function, which has no colon in its name and so is not meant.
          Sid      = "PruneVersions"
          Effect   = "Allow"
          Action   = "lambda:DeleteFunction"
          Resource = "${local.function_arns[environment]}*:*"
        },
        {
          Sid    = "Shifts"
          Effect = "Allow"
          Action = ["codedeploy:CreateDeployment", "codedeploy:Get*", "codedeploy:List*", "codedeploy:RegisterApplicationRevision"]
          Resource = flatten([
            [for kind in ["application", "deploymentgroup"] : "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}:${kind}:${local.names[environment]}*"],
            "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}:deploymentconfig:*",
          ])
        },
        {
          # A deployment may leave the alarms of its group out only by whoever may change the group; all at once does, so that a
          # production that is broken can be mended: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html
          # Another role cannot be given to a group, since this one may pass none on.
          Sid      = "ShiftsWithoutAlarms"
          Effect   = "Allow"
          Action   = "codedeploy:UpdateDeploymentGroup"
          Resource = "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}:deploymentgroup:${local.names[environment]}*-lambdas/*"
        },
        {
          # They know no resource to be limited to:
          # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html
          # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
          Sid    = "InThisRegion"
          Effect = "Allow"
          Action = [
            "codedeploy:GetDeploymentTarget", "codedeploy:ListDeploymentTargets", "codedeploy:StopDeployment",
            "ecs:DescribeTaskDefinition",
          ]
          Resource  = "*"
          Condition = local.in_this_region
        },
        {
          # AWS has been seen to check it against all alarms, whatever names are asked for: https://github.com/mattclay/aws-terminator/pull/63
          Sid      = "LookAtAlarms"
          Effect   = "Allow"
          Action   = "cloudwatch:DescribeAlarms"
          Resource = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*"
        },
        {
          # To look at the version that is about to be shifted to.
          Sid      = "TurnShiftAlarms"
          Effect   = "Allow"
          Action   = ["cloudwatch:PutMetricAlarm", "cloudwatch:SetAlarmState"]
          Resource = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${local.names[environment]}*-shift-*"
        },
        {
          # To call the stages. A key has no name in its ARN, but the tags that terraform/ gives everything:
          # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-iam-policy.html
          Sid       = "ApiKeys"
          Effect    = "Allow"
          Action    = "apigateway:GET"
          Resource  = "arn:${local.partition}:apigateway:${local.region}::/apikeys/*"
          Condition = { StringEquals = { "aws:ResourceTag/Project" = var.identifier, "aws:ResourceTag/Environment" = environment } }
        },
        {
          Sid    = "Releases"
          Effect = "Allow"
          Action = ["codepipeline:Get*", "codepipeline:List*", "codepipeline:StartPipelineExecution", "codepipeline:StopPipelineExecution"]
          # Stages and actions are named behind the pipeline.
          Resource = "arn:${local.partition}:codepipeline:${local.region}:${local.account_id}:${local.names[environment]}*"
        },
        {
          Sid      = "Builds"
          Effect   = "Allow"
          Action   = ["codebuild:BatchGetBuilds", "codebuild:BatchGetProjects", "codebuild:StopBuild"]
          Resource = "arn:${local.partition}:codebuild:${local.region}:${local.account_id}:project/${local.names[environment]}*"
        },
        {
          Sid      = "BuildLogs"
          Effect   = "Allow"
          Action   = "logs:GetLogEvents"
          Resource = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/codebuild/${local.names[environment]}*"
        },
        {
          Sid      = "Service"
          Effect   = "Allow"
          Action   = "ecs:DescribeServices"
          Resource = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/${local.names[environment]}*"
        },
      ]
    })
  }

  function_arns = { for environment, name in local.names : environment => "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${name}" }

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
