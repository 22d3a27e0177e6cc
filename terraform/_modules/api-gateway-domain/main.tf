resource "aws_api_gateway_domain_name" "this" {
  domain_name              = var.domain_name
  regional_certificate_arn = var.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types = ["REGIONAL"]
    # Without it the record AAAA would lead nowhere.
    ip_address_type = "dualstack"
  }
}

# A path per stage, the one that API Gateway's own address has, so that a call is the same at either.
resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = var.stages

  domain_name = aws_api_gateway_domain_name.this.domain_name
  api_id      = var.rest_api_id
  stage_name  = each.key
  base_path   = each.key
}

resource "aws_route53_record" "this" {
  for_each = toset(["A", "AAAA"])

  zone_id = var.zone_id
  name    = var.domain_name
  type    = each.key

  alias {
    name                   = aws_api_gateway_domain_name.this.regional_domain_name
    zone_id                = aws_api_gateway_domain_name.this.regional_zone_id
    evaluate_target_health = false
  }
}
