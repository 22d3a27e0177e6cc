variable "name" {
  type        = string
  description = "First part of the name of everything in the network, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "cidr" {
  type        = string
  default     = "10.0.0.0/16"
  description = "Private addresses of the network. Each subnet gets a sixteenth of them."

  # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html; a subnet is a /28 at least.
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 24, false)
    error_message = "cidr must be a block of addresses from /16 to /24, such as 10.0.0.0/16."
  }
}

variable "zones" {
  type        = number
  default     = 2
  description = "Availability zones that the network is spread over. A load balancer needs two."

  validation {
    condition     = contains([2, 3], var.zones)
    error_message = "zones must be 2 or 3."
  }
}

variable "nat" {
  type        = string
  default     = "one"
  description = "How what is in the private subnets reaches the internet: not at all (none), by one NAT gateway, or by one in each zone (per-zone), which goes on when a zone is lost. Each costs about 35 dollars a month, and its traffic."

  validation {
    condition     = contains(["none", "one", "per-zone"], var.nat)
    error_message = "nat must be none, one or per-zone."
  }
}

variable "interface_endpoints" {
  type        = set(string)
  default     = []
  description = "Services of AWS that are reached without leaving the network, such as ecr.api, ecr.dkr, logs and ssm. Each costs about 8 dollars a month and zone."

  validation {
    condition     = alltrue([for service in var.interface_endpoints : can(regex("^[a-z0-9.-]+$", service))])
    error_message = "interface_endpoints must be names of services as AWS has them after com.amazonaws.<region>., such as ecr.api."
  }
}

variable "flow_logs" {
  type        = bool
  default     = true
  description = "Whether a log says who talked to whom: addresses, ports, bytes, and whether it was let through."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that the flow log is kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the flow log is encrypted with. CloudWatch Logs must be allowed to use it."
}
