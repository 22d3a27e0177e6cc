mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                  = "rest-api-test"
  log_retention_in_days = 7
  encryption_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "flow_log" {
  assert {
    condition = (
      aws_cloudwatch_log_group.flow[0].name == "/aws/vpc/rest-api-test" &&
      aws_cloudwatch_log_group.flow[0].retention_in_days == 7 &&
      aws_cloudwatch_log_group.flow[0].kms_key_id == var.encryption_key_arn
    )
    error_message = "The flow log is encrypted, and kept as long as was asked for."
  }

  assert {
    condition = (
      aws_flow_log.this[0].vpc_id == aws_vpc.this.id &&
      aws_flow_log.this[0].traffic_type == "ALL" &&
      aws_flow_log.this[0].log_destination == aws_cloudwatch_log_group.flow[0].arn &&
      aws_flow_log.this[0].iam_role_arn == aws_iam_role.flow[0].arn
    )
    error_message = "What is let through and what is not is logged, for the whole network."
  }

  assert {
    condition = jsondecode(aws_iam_role.flow[0].assume_role_policy).Statement == [{
      Effect    = "Allow"
      Principal = { Service = "vpc-flow-logs.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = "123456789012" } }
    }]
    error_message = "The role is for flow logs, on behalf of this account."
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.flow[0].policy).Statement == [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"]
      Resource = "${aws_cloudwatch_log_group.flow[0].arn}:*"
    }]
    error_message = "It writes into this one log group and may do nothing else."
  }
}

run "no_flow_log" {
  variables {
    flow_logs = false
  }

  assert {
    condition     = length(aws_flow_log.this) + length(aws_cloudwatch_log_group.flow) + length(aws_iam_role.flow) + length(aws_iam_role_policy.flow) == 0
    error_message = "Without flow logs there is neither log group nor role."
  }
}

run "s3_endpoint" {
  assert {
    condition     = aws_vpc_endpoint.s3.vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.s3.service_name == "com.amazonaws.eu-west-1.s3"
    error_message = "S3 is reached by a gateway endpoint, which is free."
  }

  assert {
    condition     = aws_vpc_endpoint.s3.route_table_ids == toset(concat([aws_route_table.public.id], values(aws_route_table.private)[*].id))
    error_message = "Every subnet reaches S3 by it."
  }

  assert {
    condition     = length(aws_vpc_endpoint.interface) == 0 && length(aws_security_group.endpoints) == 0
    error_message = "There are no interface endpoints, which cost, unless they are asked for."
  }
}

run "interface_endpoints" {
  variables {
    interface_endpoints = ["ecr.api", "ssm"]
  }

  assert {
    condition = { for name, endpoint in aws_vpc_endpoint.interface : name => endpoint.service_name } == {
      "ecr.api" = "com.amazonaws.eu-west-1.ecr.api"
      ssm       = "com.amazonaws.eu-west-1.ssm"
    }
    error_message = "There is an endpoint for each service that was asked for."
  }

  assert {
    condition = alltrue([
      for endpoint in aws_vpc_endpoint.interface :
      endpoint.vpc_endpoint_type == "Interface" && endpoint.private_dns_enabled &&
      endpoint.subnet_ids == toset(values(aws_subnet.private)[*].id) &&
      endpoint.security_group_ids == toset([aws_security_group.endpoints[0].id])
    ])
    error_message = "They are in every private subnet, under AWS's own names, behind their security group."
  }

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.endpoints[0].security_group_id == aws_security_group.endpoints[0].id &&
      aws_vpc_security_group_ingress_rule.endpoints[0].cidr_ipv4 == "10.0.0.0/16" &&
      aws_vpc_security_group_ingress_rule.endpoints[0].ip_protocol == "tcp" &&
      aws_vpc_security_group_ingress_rule.endpoints[0].from_port == 443 &&
      aws_vpc_security_group_ingress_rule.endpoints[0].to_port == 443
    )
    error_message = "They answer HTTPS from the network and nothing else."
  }
}
