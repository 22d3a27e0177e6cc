output "service_endpoint" {
  description = "Address of the service."
  value       = var.domain == null ? "http://${module.load_balancer.dns_name}" : "https://${var.domain.name}"
}

output "api_key_parameter_names" {
  description = "Names of the SSM parameters with the current and the previous API key."
  value       = module.service.api_key_parameter_names
}

output "release" {
  description = "What a release moves: the pipeline, CodeDeploy's application and group, the cluster and the service."
  value = {
    pipeline         = module.pipeline.pipeline_name
    project          = module.pipeline.project_name
    application      = module.pipeline.application_name
    deployment_group = module.pipeline.deployment_group_name
    cluster          = module.service.cluster_name
    service          = module.service.service_name
  }
}

output "connection_arn" {
  description = "ARN of the connection to GitHub."
  value       = module.pipeline.connection_arn
}

output "log_groups" {
  description = "Name of the log group: of the service, and of the builds."
  value       = { service = module.service.log_group, build = module.pipeline.build_log_group }
}

output "alarms" {
  description = "Name of the alarm by its kind."
  value       = module.service.alarms
}

output "dashboard_sections" {
  description = "What a dashboard shows of the service, in the shape that the module dashboard takes."
  value = [{
    title   = "Fargate service"
    widgets = concat(module.load_balancer.dashboard_widgets, module.service.dashboard_widgets)
  }]
}
