resource "aws_iam_role" "pipeline" {
  name               = "${local.pipeline_name}-pipeline"
  assume_role_policy = local.assume.codepipeline
}

resource "aws_iam_role_policy" "pipeline" {
  name = "release"
  role = aws_iam_role.pipeline.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FetchSource"
        Effect   = "Allow"
        Action   = ["codestar-connections:UseConnection", "codeconnections:UseConnection"]
        Resource = local.connection_arn
      },
      {
        Sid      = "HandOn"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
        Resource = local.artifacts_arn
      },
      {
        Sid      = "FindBucket"
        Effect   = "Allow"
        Action   = ["s3:GetBucketVersioning", "s3:GetBucketLocation"]
        Resource = "arn:${local.partition}:s3:::${var.artifacts_bucket}"
      },
      {
        Sid      = "Build"
        Effect   = "Allow"
        Action   = ["codebuild:StartBuild", "codebuild:BatchGetBuilds", "codebuild:StopBuild"]
        Resource = aws_codebuild_project.this.arn
      },
      {
        Sid    = "Deploy"
        Effect = "Allow"
        Action = [
          "codedeploy:CreateDeployment", "codedeploy:GetDeployment", "codedeploy:StopDeployment", "codedeploy:GetApplication",
          "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision", "codedeploy:GetDeploymentConfig",
        ]
        Resource = [
          "${local.codedeploy_arn}:application:${aws_codedeploy_app.this.name}",
          "${local.codedeploy_arn}:deploymentgroup:${aws_codedeploy_app.this.name}/*",
          "${local.codedeploy_arn}:deploymentconfig:*",
        ]
      },
      {
        # It has no resource to be limited to: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
        Sid      = "RegisterTaskDefinition"
        Effect   = "Allow"
        Action   = "ecs:RegisterTaskDefinition"
        Resource = "*"
      },
      {
        Sid       = "GiveTasksTheirRoles"
        Effect    = "Allow"
        Action    = "iam:PassRole"
        Resource  = [var.service.execution_role_arn, var.service.task_role_arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  })
}

resource "aws_iam_role" "build" {
  name               = "${local.pipeline_name}-build"
  assume_role_policy = local.assume.codebuild
}

resource "aws_iam_role_policy" "build" {
  name = "build"
  role = aws_iam_role.build.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "WriteLog"
          Effect   = "Allow"
          Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
          Resource = "${aws_cloudwatch_log_group.build.arn}:*"
        },
        {
          Sid      = "HandOn"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
          Resource = local.artifacts_arn
        },
        {
          # It has no resource to be limited to, as for the service itself.
          Sid      = "SignInToImages"
          Effect   = "Allow"
          Action   = "ecr:GetAuthorizationToken"
          Resource = "*"
        },
        {
          Sid    = "PushImages"
          Effect = "Allow"
          Action = [
            "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:DescribeImages", "ecr:DescribeRepositories",
            "ecr:GetDownloadUrlForLayer", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
          ]
          Resource = var.image_repository_arn
        },
      ],
      length(var.parameters_to_read) == 0 ? [] : [
        {
          Sid      = "FindRepository"
          Effect   = "Allow"
          Action   = ["ssm:GetParameter", "ssm:GetParameters"]
          Resource = sort(var.parameters_to_read)
        },
      ],
    )
  })
}

resource "aws_iam_role" "deploy" {
  name               = "${local.pipeline_name}-deploy"
  assume_role_policy = local.assume.codedeploy
}

# Less than AWS's own AWSCodeDeployRoleForECS, which may also read every bucket and call every function.
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
resource "aws_iam_role_policy" "deploy" {
  name = "shift"
  role = aws_iam_role.deploy.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          # It has no resource to be limited to, and names what it is for in conditions instead:
          # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
          Sid      = "StartTaskSets"
          Effect   = "Allow"
          Action   = "ecs:CreateTaskSet"
          Resource = "*"
          Condition = {
            ArnEquals = {
              "ecs:cluster" = "${local.ecs_arn}:cluster/${var.service.cluster_name}"
              "ecs:service" = "${local.ecs_arn}:service/${var.service.cluster_name}/${var.service.service_name}"
            }
          }
        },
        {
          Sid    = "TaskSets"
          Effect = "Allow"
          Action = ["ecs:DescribeServices", "ecs:UpdateServicePrimaryTaskSet", "ecs:DeleteTaskSet"]
          Resource = [
            "${local.ecs_arn}:service/${var.service.cluster_name}/${var.service.service_name}",
            "${local.ecs_arn}:task-set/${var.service.cluster_name}/${var.service.service_name}/*",
          ]
        },
        {
          # Describing has no resource to be limited to: https://docs.aws.amazon.com/service-authorization/latest/reference/list_elasticloadbalancingv2.html
          Sid      = "LookAtTraffic"
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules"]
          Resource = "*"
        },
        {
          Sid      = "ShiftTraffic"
          Effect   = "Allow"
          Action   = ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:ModifyRule"]
          Resource = values(var.load_balancer.listener_arns)
        },
        {
          Sid       = "GiveTasksTheirRoles"
          Effect    = "Allow"
          Action    = "iam:PassRole"
          Resource  = [var.service.execution_role_arn, var.service.task_role_arn]
          Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
        },
      ],
      length(var.alarm_names) == 0 ? [] : [
        {
          # AWS has been seen to check it against all alarms, whatever names are asked for: https://github.com/mattclay/aws-terminator/pull/63
          Sid      = "LookAtAlarms"
          Effect   = "Allow"
          Action   = "cloudwatch:DescribeAlarms"
          Resource = "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:*"
        },
      ],
    )
  })
}
