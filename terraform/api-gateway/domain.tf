module "certificate" {
  source = "../_modules/certificate"
  count  = var.domain == null ? 0 : 1

  domain_name = var.domain.name
  zone_id     = var.domain.zone_id
}

module "domain" {
  source = "../_modules/api-gateway-domain"
  count  = var.domain == null ? 0 : 1

  domain_name     = var.domain.name
  certificate_arn = module.certificate[0].arn
  zone_id         = var.domain.zone_id
  rest_api_id     = aws_api_gateway_rest_api.this.id
  stages          = [for stage in module.stages : stage.name]
}
