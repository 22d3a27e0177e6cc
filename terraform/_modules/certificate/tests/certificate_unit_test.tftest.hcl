mock_provider "aws" {
  source = "../../tests/mocks"

  # ACM gives a name and its wildcard the same record.
  override_resource {
    target = aws_acm_certificate.this
    values = {
      arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
      domain_validation_options = [
        { domain_name = "api.example.com", resource_record_name = "_1.api.example.com.", resource_record_type = "CNAME", resource_record_value = "_1.acm-validations.aws." },
        { domain_name = "*.api.example.com", resource_record_name = "_1.api.example.com.", resource_record_type = "CNAME", resource_record_value = "_1.acm-validations.aws." },
        { domain_name = "www.example.com", resource_record_name = "_2.www.example.com.", resource_record_type = "CNAME", resource_record_value = "_2.acm-validations.aws." },
      ]
    }
  }
}

variables {
  domain_name = "api.example.com"
  zone_id     = "Z0123456789ABCDEFGHIJ"
}

run "one_name" {
  assert {
    condition     = aws_acm_certificate.this.domain_name == "api.example.com" && aws_acm_certificate.this.validation_method == "DNS"
    error_message = "The certificate is for the name, and validated by DNS."
  }

  assert {
    condition     = keys(aws_route53_record.validation) == ["api.example.com"]
    error_message = "One name needs one record."
  }

  assert {
    condition = (
      aws_route53_record.validation["api.example.com"].zone_id == "Z0123456789ABCDEFGHIJ" &&
      aws_route53_record.validation["api.example.com"].name == "_1.api.example.com." &&
      aws_route53_record.validation["api.example.com"].type == "CNAME" &&
      aws_route53_record.validation["api.example.com"].records == toset(["_1.acm-validations.aws."])
    )
    error_message = "The record is the one that ACM asks for."
  }

  assert {
    condition = (
      aws_acm_certificate_validation.this.certificate_arn == aws_acm_certificate.this.arn &&
      aws_acm_certificate_validation.this.validation_record_fqdns == toset([aws_route53_record.validation["api.example.com"].fqdn]) &&
      output.arn == aws_acm_certificate_validation.this.certificate_arn
    )
    error_message = "The output is the certificate, once its record has validated it."
  }
}

run "more_names" {
  variables {
    alternative_names = ["*.api.example.com", "www.example.com"]
  }

  assert {
    condition     = aws_acm_certificate.this.subject_alternative_names == toset(["*.api.example.com", "www.example.com"])
    error_message = "The certificate is for the other names too."
  }

  assert {
    condition     = { for key, record in aws_route53_record.validation : key => record.name } == { "api.example.com" = "_1.api.example.com.", "www.example.com" = "_2.www.example.com." }
    error_message = "A wildcard has no record of its own."
  }

  assert {
    condition     = aws_acm_certificate_validation.this.validation_record_fqdns == toset([for record in aws_route53_record.validation : record.fqdn])
    error_message = "Validation waits for all records."
  }
}

run "domain_name_with_a_dot_at_its_end" {
  command = plan

  variables {
    domain_name = "api.example.com."
  }

  expect_failures = [var.domain_name]
}

run "domain_name_in_capitals" {
  command = plan

  variables {
    domain_name = "API.example.com"
  }

  expect_failures = [var.domain_name]
}

run "alternative_name_with_a_wildcard_within" {
  command = plan

  variables {
    alternative_names = ["www.example.com", "api.*.example.com"]
  }

  expect_failures = [var.alternative_names]
}
