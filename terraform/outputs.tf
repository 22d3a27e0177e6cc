output "api_endpoint" {
  description = "Address of the API without a stage."
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
