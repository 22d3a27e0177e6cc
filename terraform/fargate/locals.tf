locals {
  name = "${var.identifier}-${var.environment}${var.suffix}"

  idle_timeout = 60
}
