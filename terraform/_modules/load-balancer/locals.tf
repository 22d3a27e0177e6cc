locals {
  # Target groups are named <name>-blue and <name>-green.
  short_name = length(var.name) <= 25 ? var.name : "${trimsuffix(substr(var.name, 0, 18), "-")}-${substr(sha256(var.name), 0, 6)}"

  protocol = var.https ? "HTTPS" : "HTTP"

  listeners = {
    production = { port = var.https ? 443 : 80, colour = "blue" }
    test       = { port = var.https ? 8443 : 8080, colour = "blue" }
  }

  # Who may come in where. The redirect has a port of its own, which is there with a certificate only.
  doors = merge(
    { for cidr in var.allowed_cidrs : "production ${cidr}" => { port = local.listeners.production.port, cidr = cidr } },
    { for cidr in var.https ? var.allowed_cidrs : [] : "redirect ${cidr}" => { port = 80, cidr = cidr } },
    { for cidr in setunion(var.test_listener_cidrs, [var.vpc_cidr]) : "test ${cidr}" => { port = local.listeners.test.port, cidr = cidr } },
  )
}
