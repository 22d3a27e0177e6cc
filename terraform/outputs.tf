output "api_endpoint" {
  description = "Address of the API without a stage: its domain's, or AWS's own if there is none."
  value       = module.api_gateway.api_endpoint
}

output "rest_api_id" {
  description = "Id of the REST API."
  value       = module.api_gateway.rest_api_id
}

output "api_keys" {
  description = "Value of the API key by stage."
  value       = module.api_gateway.api_keys
  sensitive   = true
}

output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value       = module.api_gateway.lambdas
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
  value       = module.api_gateway.access_log_groups
}
