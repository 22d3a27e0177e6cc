output "api_endpoint" {
  description = "Address of the API without a stage: its domain's, or its own if it has none."
  value = one(module.domain) == null ? join("", [
    "https://${aws_api_gateway_rest_api.this.id}.execute-api.",
    "${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}",
  ]) : one(module.domain).endpoint
}

output "rest_api_id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "api_keys" {
  description = "Value of the API key by stage."
  value       = { for name, stage in module.stages : name => stage.api_key }
  sensitive   = true
}

output "api_key_ids" {
  description = "Id of the API key by stage: whoever may read the key asks for its value by it."
  value       = { for name, stage in module.stages : name => stage.api_key_id }
}

output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value       = module.integrations.lambdas
}

output "lambda_application" {
  description = "Name of CodeDeploy's application that shifts the lambdas' aliases; null if no alias follows promotion."
  value       = one(module.deployments[*].application_name)
}

output "redeployment" {
  description = "Fingerprint of what the stages serve: a new one means a new deployment."
  value       = aws_api_gateway_deployment.this.triggers.redeployment
}

output "documentation_version" {
  description = "Version of the documentation that the stages carry."
  value       = aws_api_gateway_documentation_version.this.version
}

output "lambda_alarms" {
  description = "Per lambda id and alias: the alarms that judge it, as a map of kind (errors, duration, invocations) to the alarm's name."
  value       = module.integrations.alarms
}

output "access_log_groups" {
  description = "Name of the log group with a line per request, by stage."
  value       = { for name, stage in module.stages : name => stage.access_log_group }
}

output "dashboard_sections" {
  description = "What a dashboard shows of the API and its lambdas, in the shape that the module dashboard takes."
  value = [
    for name, stage in module.stages : {
      title   = "API Gateway, stage ${name}"
      widgets = concat(stage.dashboard_widgets, module.integrations.dashboard_widgets[name])
    }
  ]
}
