locals {
  zones = slice(sort(data.aws_availability_zones.available.names), 0, var.zones)

  # Public ones from the bottom of the block, private ones from its middle: a third zone moves none of them.
  public_subnets  = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 4, index) }
  private_subnets = { for index, zone in local.zones : zone => cidrsubnet(var.cidr, 4, 8 + index) }

  nat_zones = {
    none       = []
    one        = slice(local.zones, 0, 1)
    "per-zone" = local.zones
  }[var.nat]
}
