output "api_endpoint" {
  description = "Address of the API without a stage: its domain's, or AWS's own if there is none."
  value       = one(module.api_gateway[*].api_endpoint)
}

output "rest_api_id" {
  description = "Id of the REST API."
  value       = one(module.api_gateway[*].rest_api_id)
}

output "api_keys" {
  description = "Value of the API key by stage."
  value       = try(module.api_gateway[0].api_keys, {})
  sensitive   = true
}

output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value       = try(module.api_gateway[0].lambdas, {})
}

output "dashboard_url" {
  description = "Where the dashboard is, in AWS's console."
  value       = module.dashboard.url
}

output "alarm_topic_arn" {
  description = "ARN of the SNS topic that alarms are sent to."
  value       = module.notifications.topic_arn
}

output "access_log_groups" {
  description = "Name of the log group with a line per request, by stage."
  value       = try(module.api_gateway[0].access_log_groups, {})
}

output "service_endpoint" {
  description = "Address of the service on Fargate."
  value       = one(module.fargate[*].service_endpoint)
}

output "service_api_key_parameter" {
  description = "Name of the SSM parameter with the service's current API key."
  value       = try(module.fargate[0].api_key_parameter_names.current, null)
}

output "release" {
  description = "What a release of the service moves: the pipeline, CodeDeploy's application and group, the cluster and the service."
  value       = one(module.fargate[*].release)
}
