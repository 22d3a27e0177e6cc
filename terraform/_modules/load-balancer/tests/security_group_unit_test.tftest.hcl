# Who reaches what: whoever opens a port changes a line here.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  vpc_id          = "vpc-1"
  vpc_cidr        = "10.0.0.0/16"
  subnet_ids      = ["subnet-1", "subnet-2"]
  https           = true
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn     = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "everybody" {
  assert {
    condition = toset([for rule in aws_vpc_security_group_ingress_rule.this : "${rule.cidr_ipv4} ${rule.from_port}"]) == toset([
      "0.0.0.0/0 443", "0.0.0.0/0 80", "10.0.0.0/16 8443",
    ])
    error_message = "Everybody reaches production and the redirect, and the network alone the test listener."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.this : rule.ip_protocol == "tcp" && rule.from_port == rule.to_port && rule.security_group_id == aws_security_group.this.id])
    error_message = "A rule opens one port."
  }

  assert {
    condition     = aws_security_group.this.vpc_id == "vpc-1" && length(aws_security_group.this.ingress) == 0 && length(aws_security_group.this.egress) == 0
    error_message = "The group has no rules beside these."
  }
}

run "few" {
  variables {
    allowed_cidrs       = ["192.0.2.0/24", "198.51.100.0/24"]
    test_listener_cidrs = ["203.0.113.7/32"]
  }

  assert {
    condition = toset([for rule in aws_vpc_security_group_ingress_rule.this : "${rule.cidr_ipv4} ${rule.from_port}"]) == toset([
      "192.0.2.0/24 443", "198.51.100.0/24 443", "192.0.2.0/24 80", "198.51.100.0/24 80", "203.0.113.7/32 8443", "10.0.0.0/16 8443",
    ])
    error_message = "Only those who are named reach production, and only others who are named the test listener."
  }
}

run "containers" {
  variables {
    container_port = 3000
  }

  assert {
    condition = (
      aws_vpc_security_group_egress_rule.containers.security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_egress_rule.containers.cidr_ipv4 == "10.0.0.0/16" &&
      aws_vpc_security_group_egress_rule.containers.ip_protocol == "tcp" &&
      aws_vpc_security_group_egress_rule.containers.from_port == 3000 &&
      aws_vpc_security_group_egress_rule.containers.to_port == 3000
    )
    error_message = "The load balancer reaches the containers' port in the network, and nothing else."
  }
}
