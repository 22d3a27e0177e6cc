locals {
  # A name and its wildcard are validated by the same record:
  # https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
  validated_names = toset([for name in concat([var.domain_name], tolist(var.alternative_names)) : trimprefix(name, "*.")])

  validation_records = {
    for name in local.validated_names : name => distinct([
      for option in aws_acm_certificate.this.domain_validation_options : {
        resource_record_name  = option.resource_record_name
        resource_record_type  = option.resource_record_type
        resource_record_value = option.resource_record_value
      } if trimprefix(option.domain_name, "*.") == name
    ])
  }
}
