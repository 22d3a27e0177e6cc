mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "rest-api-test"
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "subnets" {
  assert {
    condition     = aws_vpc.this.cidr_block == "10.0.0.0/16" && aws_vpc.this.enable_dns_support && aws_vpc.this.enable_dns_hostnames
    error_message = "The network has 10.0.0.0/16 and names, which interface endpoints need."
  }

  assert {
    condition = (
      { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { eu-west-1a = "10.0.0.0/20", eu-west-1b = "10.0.16.0/20" } &&
      { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-west-1a = "10.0.128.0/20", eu-west-1b = "10.0.144.0/20" }
    )
    error_message = "Each of two zones has a public and a private subnet, and no two overlap."
  }

  assert {
    condition     = alltrue([for zone, subnet in merge(aws_subnet.public, aws_subnet.private) : subnet.availability_zone == zone])
    error_message = "A subnet is in the zone that it is named after."
  }

  assert {
    condition     = alltrue([for subnet in values(aws_subnet.public) : subnet.map_public_ip_on_launch != true])
    error_message = "Nothing gets a public address without asking for one."
  }

  assert {
    condition     = length(aws_default_security_group.this.ingress) == 0 && length(aws_default_security_group.this.egress) == 0
    error_message = "The default security group lets nothing in and nothing out."
  }

  assert {
    condition     = one(data.aws_availability_zones.available.filter).values == toset(["opt-in-not-required"])
    error_message = "Local zones are left out."
  }

  assert {
    condition     = output.vpc_id == aws_vpc.this.id && output.cidr == "10.0.0.0/16" && length(output.public_subnet_ids) == 2 && length(output.private_subnet_ids) == 2
    error_message = "The outputs name the network and its subnets."
  }
}

run "zones_in_any_order" {
  command = plan

  override_data {
    target = data.aws_availability_zones.available
    values = { names = ["eu-west-1c", "eu-west-1a", "eu-west-1b"] }
  }

  assert {
    condition     = toset(keys(aws_subnet.public)) == toset(["eu-west-1a", "eu-west-1b"])
    error_message = "Which zones are used does not depend on the order that AWS names them in."
  }
}

run "third_zone" {
  command = plan

  variables {
    zones = 3
  }

  assert {
    condition = (
      { for zone, subnet in aws_subnet.public : zone => subnet.cidr_block } == { eu-west-1a = "10.0.0.0/20", eu-west-1b = "10.0.16.0/20", eu-west-1c = "10.0.32.0/20" } &&
      { for zone, subnet in aws_subnet.private : zone => subnet.cidr_block } == { eu-west-1a = "10.0.128.0/20", eu-west-1b = "10.0.144.0/20", eu-west-1c = "10.0.160.0/20" }
    )
    error_message = "A third zone moves no subnet of the first two."
  }
}

run "other_addresses" {
  command = plan

  variables {
    cidr = "172.20.8.0/24"
  }

  assert {
    condition     = [for subnet in aws_subnet.public : subnet.cidr_block] == ["172.20.8.0/28", "172.20.8.16/28"] && [for subnet in aws_subnet.private : subnet.cidr_block] == ["172.20.8.128/28", "172.20.8.144/28"]
    error_message = "The smallest network has the smallest subnets."
  }
}

run "internet" {
  assert {
    condition = (
      aws_route.internet.route_table_id == aws_route_table.public.id &&
      aws_route.internet.destination_cidr_block == "0.0.0.0/0" &&
      aws_route.internet.gateway_id == aws_internet_gateway.this.id
    )
    error_message = "Public subnets lead to the internet."
  }

  assert {
    condition = (
      alltrue([for zone, association in aws_route_table_association.public : association.route_table_id == aws_route_table.public.id && association.subnet_id == aws_subnet.public[zone].id]) &&
      alltrue([for zone, association in aws_route_table_association.private : association.route_table_id == aws_route_table.private[zone].id && association.subnet_id == aws_subnet.private[zone].id])
    )
    error_message = "Each subnet has its route table."
  }
}

run "one_nat_gateway" {
  assert {
    condition     = keys(aws_nat_gateway.this) == ["eu-west-1a"] && aws_nat_gateway.this["eu-west-1a"].subnet_id == aws_subnet.public["eu-west-1a"].id && length(aws_eip.nat) == 1
    error_message = "There is one NAT gateway, in a public subnet."
  }

  assert {
    condition = toset(keys(aws_route.nat)) == toset(["eu-west-1a", "eu-west-1b"]) && alltrue([
      for zone, route in aws_route.nat :
      route.route_table_id == aws_route_table.private[zone].id && route.destination_cidr_block == "0.0.0.0/0" && route.nat_gateway_id == aws_nat_gateway.this["eu-west-1a"].id
    ])
    error_message = "Every private subnet goes through it."
  }

  assert {
    condition     = !output.task_subnets.assign_public_ip && output.task_subnets.ids == output.private_subnet_ids
    error_message = "Containers run in the private subnets, without public addresses."
  }
}

run "nat_gateway_per_zone" {
  variables {
    nat = "per-zone"
  }

  assert {
    condition = toset(keys(aws_nat_gateway.this)) == toset(["eu-west-1a", "eu-west-1b"]) && alltrue([
      for zone, gateway in aws_nat_gateway.this :
      gateway.subnet_id == aws_subnet.public[zone].id && gateway.allocation_id == aws_eip.nat[zone].id && aws_route.nat[zone].nat_gateway_id == gateway.id
    ])
    error_message = "Each private subnet goes through the NAT gateway of its own zone."
  }

  assert {
    condition     = !output.task_subnets.assign_public_ip && output.task_subnets.ids == output.private_subnet_ids
    error_message = "Containers run in the private subnets, without public addresses."
  }
}

run "no_nat_gateway" {
  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.this) == 0 && length(aws_eip.nat) == 0 && length(aws_route.nat) == 0
    error_message = "Nothing is paid for, and private subnets have no way out."
  }

  assert {
    condition     = output.task_subnets.assign_public_ip && output.task_subnets.ids == output.public_subnet_ids
    error_message = "Containers run in the public subnets, with public addresses to fetch their image by."
  }
}
