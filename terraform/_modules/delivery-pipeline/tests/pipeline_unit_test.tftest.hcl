mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                   = "rest-api-test"
  repository             = "acme/rest-api"
  artifacts_bucket       = "artifacts-bucket"
  image_repository_arn   = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service"
  alarm_names            = ["rest-api-test-service-blue-latency", "rest-api-test-service-green-latency"]
  notification_topic_arn = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  encryption_key_arn     = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  service = {
    cluster_name       = "rest-api-test"
    service_name       = "rest-api-test"
    execution_role_arn = "arn:aws:iam::123456789012:role/rest-api-test-service-execution"
    task_role_arn      = "arn:aws:iam::123456789012:role/rest-api-test-service"
    appspec            = { containerName = "service", containerPort = 8080, capacityProvider = "FARGATE" }
    task_definition = {
      family               = "rest-api-test"
      containerDefinitions = [{ name = "service", image = "images:initial", secrets = [{ name = "API_KEY", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/key" }] }]
    }
  }
  load_balancer = {
    listener_arns = {
      production = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/rest-api-test/1/production"
      test       = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/rest-api-test/1/test"
    }
    target_groups = {
      blue  = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-blue/1", name = "rest-api-test-blue", arn_suffix = "targetgroup/rest-api-test-blue/1" }
      green = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-green/1", name = "rest-api-test-green", arn_suffix = "targetgroup/rest-api-test-green/1" }
    }
  }
}

run "pipeline" {
  assert {
    condition     = aws_codepipeline.this.name == "rest-api-test-service" && aws_codepipeline.this.pipeline_type == "V2" && output.pipeline_name == "rest-api-test-service"
    error_message = "The pipeline is one that a commit can be given to, and is named after the deployment."
  }

  assert {
    condition     = aws_codepipeline.this.execution_mode == "SUPERSEDED"
    error_message = "A release that waits gives way to a newer one."
  }

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : stage.name] == ["Source", "Build", "Deploy"]
    error_message = "A release is fetched, built and deployed."
  }

  assert {
    condition     = one(aws_codepipeline.this.artifact_store).location == "artifacts-bucket"
    error_message = "The stages hand on in the bucket that was given."
  }

  assert {
    condition     = length(aws_codepipeline.this.trigger) == 0
    error_message = "No push starts a release."
  }
}

run "source" {
  assert {
    condition     = aws_codepipeline.this.stage[0].action[0].provider == "CodeStarSourceConnection" && aws_codepipeline.this.stage[0].action[0].output_artifacts == tolist(["source"])
    error_message = "The source comes from GitHub, by the connection."
  }

  assert {
    condition = aws_codepipeline.this.stage[0].action[0].configuration == tomap({
      ConnectionArn        = aws_codestarconnections_connection.this[0].arn
      FullRepositoryId     = "acme/rest-api"
      BranchName           = "main"
      DetectChanges        = "false"
      OutputArtifactFormat = "CODE_ZIP"
    })
    error_message = "The source is the repository's main branch, which no push releases."
  }
}

run "build_and_deploy_actions" {
  assert {
    condition = (
      aws_codepipeline.this.stage[1].action[0].provider == "CodeBuild" &&
      aws_codepipeline.this.stage[1].action[0].input_artifacts == tolist(["source"]) &&
      aws_codepipeline.this.stage[1].action[0].output_artifacts == tolist(["release"]) &&
      aws_codepipeline.this.stage[1].action[0].configuration == tomap({ ProjectName = "rest-api-test-service" })
    )
    error_message = "The project makes the release out of the source."
  }

  assert {
    condition     = aws_codepipeline.this.stage[2].action[0].provider == "CodeDeployToECS" && aws_codepipeline.this.stage[2].action[0].input_artifacts == tolist(["release"])
    error_message = "CodeDeploy puts the release into service."
  }

  assert {
    condition = aws_codepipeline.this.stage[2].action[0].configuration == tomap({
      ApplicationName                = "rest-api-test-service"
      DeploymentGroupName            = "rest-api-test-service"
      TaskDefinitionTemplateArtifact = "release"
      TaskDefinitionTemplatePath     = "taskdef.json"
      AppSpecTemplateArtifact        = "release"
      AppSpecTemplatePath            = "appspec.yaml"
    })
    error_message = "CodeDeploy takes what the build has rendered."
  }
}

run "connection_is_made" {
  assert {
    condition     = aws_codestarconnections_connection.this[0].provider_type == "GitHub" && aws_codestarconnections_connection.this[0].name == "rest-api-test-service"
    error_message = "Without a connection one to GitHub is made."
  }

  assert {
    condition     = output.connection_arn == aws_codestarconnections_connection.this[0].arn
    error_message = "Somebody has to confirm it, and so to find it."
  }
}

run "connection_is_given" {
  variables {
    connection_arn = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/given"
  }

  assert {
    condition     = length(aws_codestarconnections_connection.this) == 0 && output.connection_arn == var.connection_arn
    error_message = "A connection that is there already is used, and none is made."
  }

  assert {
    condition     = aws_codepipeline.this.stage[0].action[0].configuration.ConnectionArn == var.connection_arn
    error_message = "The source is fetched by the connection that was given."
  }
}

run "long_name" {
  variables {
    name = "a-name-of-47-characters-which-is-the-longest-on"
  }

  assert {
    condition     = length(aws_codestarconnections_connection.this[0].name) == 32
    error_message = "The name of a connection is cut to what AWS allows."
  }

  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  assert {
    condition     = alltrue([for role in [aws_iam_role.pipeline, aws_iam_role.build, aws_iam_role.deploy] : length(role.name) <= 64])
    error_message = "The names of the roles are ones that AWS allows."
  }
}

run "build" {
  assert {
    condition = (
      aws_codebuild_project.this.source[0].type == "CODEPIPELINE" &&
      aws_codebuild_project.this.source[0].buildspec == "service/buildspec.yml" &&
      aws_codebuild_project.this.artifacts[0].type == "CODEPIPELINE"
    )
    error_message = "The build does what the repository's buildspec says with what the pipeline hands it."
  }

  # Terraform runs no code of the service, but this path is a promise between the two.
  assert {
    condition     = fileexists("${path.module}/../../../${aws_codebuild_project.this.source[0].buildspec}")
    error_message = "The buildspec is in the repository."
  }

  assert {
    condition     = one(aws_codebuild_project.this.environment).privileged_mode && one(aws_codebuild_project.this.environment).compute_type == "BUILD_GENERAL1_SMALL"
    error_message = "The build can build images, on the smallest machine."
  }

  assert {
    condition = { for variable in one(aws_codebuild_project.this.environment).environment_variable : variable.name => jsondecode(variable.value) } == {
      TASK_DEFINITION = var.service.task_definition
      APPSPEC         = var.service.appspec
    }
    error_message = "The build has what a release is made of, as JSON, and nothing else."
  }

  assert {
    condition     = aws_codebuild_project.this.build_timeout == 15
    error_message = "A build that hangs ends."
  }

  assert {
    condition     = aws_codebuild_project.this.cache[0].type == "S3" && aws_codebuild_project.this.cache[0].location == "artifacts-bucket/rest-api-test-servic/cache"
    error_message = "The cache is below the pipeline's own prefix, which is all that the build may use."
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.build.name == "/aws/codebuild/rest-api-test-service" &&
      aws_cloudwatch_log_group.build.kms_key_id == var.encryption_key_arn &&
      aws_cloudwatch_log_group.build.retention_in_days == 30 &&
      aws_codebuild_project.this.logs_config[0].cloudwatch_logs[0].group_name == aws_cloudwatch_log_group.build.name &&
      output.build_log_group == aws_cloudwatch_log_group.build.name
    )
    error_message = "Builds log into a group that is encrypted, and is not kept for ever."
  }
}

run "notifications" {
  assert {
    condition     = aws_codestarnotifications_notification_rule.this.resource == aws_codepipeline.this.arn && one(aws_codestarnotifications_notification_rule.this.target).address == var.notification_topic_arn
    error_message = "The topic is told of the pipeline."
  }

  assert {
    condition = aws_codestarnotifications_notification_rule.this.event_type_ids == toset([
      for event in ["canceled", "failed", "started", "succeeded", "superseded"] : "codepipeline-pipeline-pipeline-execution-${event}"
    ])
    error_message = "It is told how every release began and ended."
  }

  # More of it would be the release's variables and messages, in an email.
  assert {
    condition     = aws_codestarnotifications_notification_rule.this.detail_type == "BASIC"
    error_message = "It is told no more than that."
  }
}
