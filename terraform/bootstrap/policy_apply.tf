locals {
  # Everything that terraform/ makes, by name where AWS knows names, else in this region only.
  apply_policies = {
    for environment in var.environments : environment => jsonencode({
      Version = "2012-10-17"
      Statement = [
        {
          Sid      = "FindStateAndPackages"
          Effect   = "Allow"
          Action   = "s3:ListBucket"
          Resource = [local.state_arn, local.artifacts_arn]
        },
        {
          Sid      = "State"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = "${local.state_arn}/${environment}/*"
        },
        {
          Sid      = "FreeLock"
          Effect   = "Allow"
          Action   = "s3:DeleteObject"
          Resource = "${local.state_arn}/${environment}/*.tflock"
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
          Sid    = "InThisRegion"
          Effect = "Allow"
          Action = [
            "acm:*", "apigateway:*", "application-autoscaling:*", "codeconnections:*", "codestar-connections:*", "codestar-notifications:*",
            "elasticloadbalancing:*", "wafv2:*",
            "kms:CreateAlias", "kms:CreateGrant", "kms:CreateKey", "kms:Decrypt", "kms:DeleteAlias", "kms:DisableKeyRotation", "kms:EnableKeyRotation",
            "kms:Encrypt", "kms:GenerateDataKey*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
            "kms:UpdateAlias", "kms:UpdateKeyDescription",
            "ecs:CreateCluster", "ecs:DeregisterTaskDefinition", "ecs:RegisterTaskDefinition",
            # Access logs and flow logs are delivered by what CloudWatch Logs keeps for the whole account.
            "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
          ]
          Resource  = "*"
          Condition = local.in_this_region
        },
        {
          Sid    = "Network"
          Effect = "Allow"
          Action = [
            "ec2:AllocateAddress", "ec2:Associate*", "ec2:AttachInternetGateway", "ec2:AuthorizeSecurityGroup*", "ec2:CreateFlowLogs",
            "ec2:CreateInternetGateway", "ec2:CreateNatGateway", "ec2:CreateRoute*", "ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateTags",
            "ec2:CreateVpc", "ec2:CreateVpcEndpoint", "ec2:DeleteFlowLogs", "ec2:DeleteInternetGateway", "ec2:DeleteNatGateway", "ec2:DeleteRoute*",
            "ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:DeleteVpcEndpoints", "ec2:DetachInternetGateway",
            "ec2:Disassociate*", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute", "ec2:ModifyVpcEndpoint",
            "ec2:ReleaseAddress", "ec2:ReplaceRoute*", "ec2:RevokeSecurityGroup*", "ec2:UpdateSecurityGroupRuleDescriptions*",
          ]
          Resource  = "*"
          Condition = local.in_this_region
        },
        {
          Sid    = "ByName"
          Effect = "Allow"
          Action = ["cloudwatch:*", "codebuild:*", "codedeploy:*", "codepipeline:*", "ecs:*", "events:*", "lambda:*", "logs:*", "sns:*"]
          Resource = flatten([
            [for service in ["codebuild", "codedeploy", "codepipeline", "ecs", "events", "lambda", "sns"] :
            "arn:${local.partition}:${service}:${local.region}:${local.account_id}:*${local.names[environment]}*"],
            "arn:${local.partition}:cloudwatch:${local.region}:${local.account_id}:alarm:${local.names[environment]}*",
            "arn:${local.partition}:cloudwatch::${local.account_id}:dashboard/${local.names[environment]}*",
            "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:*${local.names[environment]}*",
          ])
        },
        {
          Sid    = "Parameters"
          Effect = "Allow"
          Action = ["ssm:AddTagsToResource", "ssm:DeleteParameter", "ssm:PutParameter", "ssm:RemoveTagsFromResource"]
          Resource = [for name in ["terraform/${environment}/*", "${var.identifier}/${environment}*", "${local.names[environment]}*"] :
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/${name}"]
        },
        {
          Sid      = "Records"
          Effect   = "Allow"
          Action   = "route53:ChangeResourceRecordSets"
          Resource = "arn:${local.partition}:route53:::hostedzone/*"
        },
        {
          # Not to attach policies of AWS or of others: what a role may do is written beside it.
          Sid    = "Roles"
          Effect = "Allow"
          Action = [
            "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PutRolePolicy", "iam:TagRole", "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription",
          ]
          Resource = "arn:${local.partition}:iam::${local.account_id}:role/${local.names[environment]}*"
        },
        {
          Sid      = "HandRolesOn"
          Effect   = "Allow"
          Action   = "iam:PassRole"
          Resource = "arn:${local.partition}:iam::${local.account_id}:role/${local.names[environment]}*"
          Condition = {
            StringEquals = {
              "iam:PassedToService" = [for service in ["codebuild", "codedeploy", "codepipeline", "ecs-tasks", "lambda", "vpc-flow-logs"] : "${service}.amazonaws.com"]
            }
          }
        },
        {
          # AWS's own, which the first load balancer, cluster or firewall log of an account needs.
          Sid      = "ServiceLinkedRoles"
          Effect   = "Allow"
          Action   = "iam:CreateServiceLinkedRole"
          Resource = "arn:${local.partition}:iam::${local.account_id}:role/aws-service-role/*"
          Condition = {
            StringEquals = {
              "iam:AWSServiceName" = [
                for service in ["codestar-notifications", "ecs", "ecs.application-autoscaling", "elasticloadbalancing", "ops.apigateway", "wafv2"] : "${service}.amazonaws.com"
              ]
            }
          }
        },
      ]
    })
  }

  names = { for environment in var.environments : environment => "${var.identifier}-${environment}" }

  in_this_region = { StringEquals = { "aws:RequestedRegion" = local.region } }

  # What is made here is changed here, by people, whatever else the role is allowed one day.
  protect_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Roles"
        Effect = "Deny"
        # All that does not merely read. An Allow could not say it so, a Deny can.
        NotAction = ["iam:Get*", "iam:List*"]
        Resource = concat(
          [for name in ["plan", "apply-*", "deploy-*", "api-gateway-logs-*"] : "arn:${local.partition}:iam::${local.account_id}:role/${var.identifier}-${name}"],
          ["arn:${local.partition}:iam::${local.account_id}:oidc-provider/*"],
        )
      },
      {
        Sid       = "Buckets"
        Effect    = "Deny"
        NotAction = ["s3:Get*", "s3:List*"]
        Resource  = [local.state_arn, local.artifacts_arn]
      },
      {
        Sid      = "Objects"
        Effect   = "Deny"
        Action   = ["s3:BypassGovernanceRetention", "s3:DeleteObjectVersion*", "s3:PutObjectAcl", "s3:PutObjectVersionAcl", "s3:ReplicateDelete"]
        Resource = ["${local.state_arn}/*", "${local.artifacts_arn}/*"]
      },
      {
        Sid      = "OwnState"
        Effect   = "Deny"
        Action   = "s3:*"
        Resource = "${local.state_arn}/bootstrap/*"
      },
      {
        Sid      = "Images"
        Effect   = "Deny"
        Action   = ["ecr:BatchDeleteImage", "ecr:Delete*", "ecr:PutImageTagMutability", "ecr:PutLifecyclePolicy", "ecr:SetRepositoryPolicy"]
        Resource = local.images_arn
      },
      {
        Sid       = "Parameters"
        Effect    = "Deny"
        NotAction = ["ssm:Describe*", "ssm:Get*", "ssm:List*"]
        Resource  = [for name in ["statefiles", "artifacts", "images"] : "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/terraform/${name}/*"]
      },
      {
        Sid       = "ApiGatewayLogs"
        Effect    = "Deny"
        NotAction = "apigateway:GET"
        Resource  = "arn:${local.partition}:apigateway:${local.region}::/account"
      },
    ]
  })
}
