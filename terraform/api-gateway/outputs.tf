output "api_endpoint" {
  description = "Address of the API without a stage."
  value       = "https://${aws_api_gateway_rest_api.this.id}.execute-api.${data.aws_region.current.id}.${data.aws_partition.current.dns_suffix}"
}

output "rest_api_id" {
  description = "Id of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "api_keys" {
  description = "Value of the API key by stage."
  value       = { for stage, key in aws_api_gateway_api_key.this : stage => key.value }
  sensitive   = true
}

output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value       = module.integrations.lambdas
}

output "redeployment" {
  description = "Fingerprint of what the stages serve: a new one means a new deployment."
  value       = aws_api_gateway_deployment.this.triggers.redeployment
}
