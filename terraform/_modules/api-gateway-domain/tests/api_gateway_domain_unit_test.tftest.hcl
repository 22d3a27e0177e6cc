mock_provider "aws" {
  source = "../../tests/mocks"

  mock_resource "aws_api_gateway_domain_name" {
    defaults = {
      regional_domain_name = "d-1234567890.execute-api.eu-west-1.amazonaws.com"
      regional_zone_id     = "ZLY8HYME6SFDD"
    }
  }
}

variables {
  domain_name     = "api.example.com"
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
  zone_id         = "Z0123456789ABCDEFGHIJ"
  rest_api_id     = "a1b2c3d4e5"
  stages          = ["test", "prod"]
}

run "domain" {
  assert {
    condition = (
      aws_api_gateway_domain_name.this.domain_name == "api.example.com" &&
      aws_api_gateway_domain_name.this.regional_certificate_arn == var.certificate_arn &&
      aws_api_gateway_domain_name.this.endpoint_configuration[0].types[0] == "REGIONAL"
    )
    error_message = "The domain is regional, with the certificate that was given."
  }

  assert {
    condition     = aws_api_gateway_domain_name.this.security_policy == "TLS_1_2"
    error_message = "Callers need TLS 1.2 at least."
  }

  assert {
    condition     = output.endpoint == "https://api.example.com" && output.regional_domain_name == "d-1234567890.execute-api.eu-west-1.amazonaws.com"
    error_message = "The outputs are its address, and what it points to."
  }
}

run "stages" {
  assert {
    condition     = { for mapping in aws_api_gateway_base_path_mapping.this : mapping.base_path => mapping.stage_name } == { test = "test", prod = "prod" }
    error_message = "Each stage has the path that it has at API Gateway's own address."
  }

  assert {
    condition     = alltrue([for mapping in aws_api_gateway_base_path_mapping.this : mapping.api_id == "a1b2c3d4e5" && mapping.domain_name == "api.example.com"])
    error_message = "The paths lead from the domain to the API."
  }
}

run "records" {
  assert {
    condition     = aws_api_gateway_domain_name.this.endpoint_configuration[0].ip_address_type == "dualstack" && toset([for record in aws_route53_record.this : record.type]) == toset(["A", "AAAA"])
    error_message = "The domain is reached by IPv4 and by IPv6."
  }

  assert {
    condition = alltrue([
      for record in aws_route53_record.this :
      record.name == "api.example.com" && record.zone_id == var.zone_id &&
      record.alias[0].name == output.regional_domain_name && record.alias[0].zone_id == "ZLY8HYME6SFDD"
    ])
    error_message = "The records are aliases of AWS's own name of the domain."
  }
}

run "domain_name_that_is_an_address" {
  command = plan

  variables {
    domain_name = "https://api.example.com"
  }

  expect_failures = [var.domain_name]
}

run "no_stages" {
  command = plan

  variables {
    stages = []
  }

  expect_failures = [var.stages]
}
