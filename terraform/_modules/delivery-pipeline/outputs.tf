output "pipeline_name" {
  description = "Name of the pipeline."
  value       = aws_codepipeline.this.name
}

output "project_name" {
  description = "Name of the build project."
  value       = aws_codebuild_project.this.name
}

output "application_name" {
  description = "Name of CodeDeploy's application."
  value       = aws_codedeploy_app.this.name
}

output "deployment_group_name" {
  description = "Name of CodeDeploy's deployment group."
  value       = aws_codedeploy_deployment_group.this.deployment_group_name
}

output "connection_arn" {
  description = "ARN of the connection to GitHub."
  value       = local.connection_arn
}

output "build_log_group" {
  description = "Name of the log group of the builds."
  value       = aws_cloudwatch_log_group.build.name
}
