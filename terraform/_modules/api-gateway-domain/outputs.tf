output "endpoint" {
  description = "Address of the API without a stage."
  value       = "https://${aws_api_gateway_domain_name.this.domain_name}"

  # So that who calls it finds the stages there.
  depends_on = [aws_api_gateway_base_path_mapping.this, aws_route53_record.this]
}

output "regional_domain_name" {
  description = "AWS's own name of the domain, which the records point to."
  value       = aws_api_gateway_domain_name.this.regional_domain_name
}
