data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_codestarconnections_connection" "this" {
  count = var.connection_arn == null ? 1 : 0

  # Its name may have 32 characters.
  name          = substr(local.pipeline_name, 0, 32)
  provider_type = "GitHub"
}

resource "aws_codepipeline" "this" {
  #checkov:skip=CKV_AWS_219:The bucket encrypts by itself; a key of ours would have to be shared with every environment's roles.
  name     = local.pipeline_name
  role_arn = aws_iam_role.pipeline.arn

  pipeline_type = "V2"
  # A release that waits is of no use once a newer one does: a deployment takes minutes, and the newest is what is wanted.
  execution_mode = "SUPERSEDED"

  artifact_store {
    type     = "S3"
    location = var.artifacts_bucket
  }

  stage {
    name = "Source"

    action {
      name             = "Source"
      category         = "Source"
      owner            = "AWS"
      provider         = "CodeStarSourceConnection"
      version          = "1"
      output_artifacts = ["source"]

      configuration = {
        ConnectionArn    = local.connection_arn
        FullRepositoryId = var.repository
        BranchName       = var.branch
        # GitHub Actions starts a release, with the commit: not every push is one.
        DetectChanges        = "false"
        OutputArtifactFormat = "CODE_ZIP"
      }
    }
  }

  stage {
    name = "Build"

    action {
      name             = "Build"
      category         = "Build"
      owner            = "AWS"
      provider         = "CodeBuild"
      version          = "1"
      input_artifacts  = ["source"]
      output_artifacts = ["release"]

      configuration = {
        ProjectName = aws_codebuild_project.this.name
      }
    }
  }

  stage {
    name = "Deploy"

    action {
      name            = "Deploy"
      category        = "Deploy"
      owner           = "AWS"
      provider        = "CodeDeployToECS"
      version         = "1"
      input_artifacts = ["release"]

      configuration = {
        ApplicationName                = aws_codedeploy_app.this.name
        DeploymentGroupName            = aws_codedeploy_deployment_group.this.deployment_group_name
        TaskDefinitionTemplateArtifact = "release"
        TaskDefinitionTemplatePath     = "taskdef.json"
        AppSpecTemplateArtifact        = "release"
        AppSpecTemplatePath            = "appspec.yaml"
      }
    }
  }

  depends_on = [aws_iam_role_policy.pipeline]
}

resource "aws_cloudwatch_log_group" "build" {
  #checkov:skip=CKV_AWS_338:How long it is kept is the caller's decision.
  name              = "/aws/codebuild/${local.pipeline_name}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.encryption_key_arn
}

resource "aws_codebuild_project" "this" {
  #checkov:skip=CKV_AWS_316:Docker needs it; what is built is code of this repository that was reviewed.
  #checkov:skip=CKV_AWS_147:Results are in the artifacts bucket, which encrypts by itself.
  name          = local.pipeline_name
  description   = "Builds the image of a commit, and what a release of it is made of."
  service_role  = aws_iam_role.build.arn
  build_timeout = var.build.timeout_in_minutes

  source {
    type      = "CODEPIPELINE"
    buildspec = var.buildspec
  }

  artifacts {
    type = "CODEPIPELINE"
  }

  cache {
    type     = "S3"
    location = "${var.artifacts_bucket}/${substr(local.pipeline_name, 0, 20)}/cache"
  }

  environment {
    type            = var.build.type
    compute_type    = var.build.compute_type
    image           = var.build.image
    privileged_mode = true

    # No secrets: they hold names of secrets only.
    environment_variable {
      name  = "TASK_DEFINITION"
      value = jsonencode(var.service.task_definition)
    }

    environment_variable {
      name  = "APPSPEC"
      value = jsonencode(var.service.appspec)
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.build.name
    }
  }
}

resource "aws_codedeploy_app" "this" {
  name             = local.pipeline_name
  compute_platform = "ECS"
}

resource "aws_codedeploy_deployment_group" "this" {
  app_name               = aws_codedeploy_app.this.name
  deployment_group_name  = local.pipeline_name
  service_role_arn       = aws_iam_role.deploy.arn
  deployment_config_name = var.deployment_config

  deployment_style {
    deployment_type   = "BLUE_GREEN"
    deployment_option = "WITH_TRAFFIC_CONTROL"
  }

  blue_green_deployment_config {
    deployment_ready_option {
      action_on_timeout = "CONTINUE_DEPLOYMENT"
    }

    terminate_blue_instances_on_deployment_success {
      action                           = "TERMINATE"
      termination_wait_time_in_minutes = var.termination_wait_in_minutes
    }
  }

  ecs_service {
    cluster_name = var.service.cluster_name
    service_name = var.service.service_name
  }

  load_balancer_info {
    target_group_pair_info {
      prod_traffic_route {
        listener_arns = [var.load_balancer.listener_arns.production]
      }

      test_traffic_route {
        listener_arns = [var.load_balancer.listener_arns.test]
      }

      target_group {
        name = var.load_balancer.target_groups.blue.name
      }

      target_group {
        name = var.load_balancer.target_groups.green.name
      }
    }
  }

  alarm_configuration {
    enabled = length(var.alarm_names) > 0
    alarms  = var.alarm_names
  }

  auto_rollback_configuration {
    enabled = true
    events  = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
  }

  depends_on = [aws_iam_role_policy.deploy]
}

resource "aws_codestarnotifications_notification_rule" "this" {
  name        = local.pipeline_name
  resource    = aws_codepipeline.this.arn
  detail_type = "BASIC"
  # https://docs.aws.amazon.com/dtconsole/latest/userguide/concepts.html#events-ref-pipeline
  event_type_ids = [
    for event in ["canceled", "failed", "started", "succeeded", "superseded"] : "codepipeline-pipeline-pipeline-execution-${event}"
  ]

  target {
    address = var.notification_topic_arn
  }
}
