resource "aws_acm_certificate" "this" {
  domain_name               = var.domain_name
  subject_alternative_names = var.alternative_names
  validation_method         = "DNS"

  # A certificate that is in use cannot be deleted.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "validation" {
  for_each = local.validated_names

  zone_id = var.zone_id
  name    = one(local.validation_records[each.key]).resource_record_name
  type    = one(local.validation_records[each.key]).resource_record_type
  records = [one(local.validation_records[each.key]).resource_record_value]
  ttl     = 60
}

# ACM renews the certificate for as long as the records are there.
resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.validation : record.fqdn]
}
