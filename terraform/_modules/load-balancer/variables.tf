variable "name" {
  type        = string
  description = "Name of the load balancer, such as rest-api-test. Above 25 characters it is cut, with a few characters of its hash in their place: AWS allows 32."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "vpc_id" {
  type        = string
  description = "Id of the network."
}

variable "vpc_cidr" {
  type        = string
  description = "Private addresses of the network: where the containers are."
}

variable "subnet_ids" {
  type        = list(string)
  description = "Ids of the public subnets, in two zones at least."

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must be two subnets at least, in different zones."
  }
}

variable "https" {
  type        = bool
  description = "Whether callers are spoken to by HTTPS only. With false it is plain HTTP, keys and all: for trying it out."
}

variable "certificate_arn" {
  type        = string
  default     = null
  description = "ARN of the certificate, with https."

  validation {
    condition     = !var.https || var.certificate_arn != null
    error_message = "certificate_arn must be given when https is true; set https to false to try it out with plain HTTP."
  }
}

variable "ssl_policy" {
  type        = string
  default     = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  description = "Versions and ciphers of TLS: AWS's name for a set of them. This one is TLS 1.2 and 1.3."
}

variable "web_acl_arn" {
  type        = string
  description = "ARN of the firewall that every request passes."
}

variable "allowed_cidrs" {
  type        = set(string)
  default     = ["0.0.0.0/0"]
  description = "Addresses that may call the service."

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "allowed_cidrs must be blocks of addresses, such as 0.0.0.0/0 for everybody."
  }
}

variable "test_listener_cidrs" {
  type        = set(string)
  default     = []
  description = "Addresses that may call the new version before it is in production, by the test listener; what is in the network may always."

  validation {
    condition     = alltrue([for cidr in var.test_listener_cidrs : can(cidrhost(cidr, 0))])
    error_message = "test_listener_cidrs must be blocks of addresses, such as 192.0.2.0/24."
  }
}

variable "container_port" {
  type        = number
  default     = 8080
  description = "Port that the containers listen on."
}

variable "health_check" {
  type = object({
    path                = optional(string, "/status/health")
    interval            = optional(number, 15)
    timeout             = optional(number, 5)
    healthy_threshold   = optional(number, 2)
    unhealthy_threshold = optional(number, 3)
  })
  default     = {}
  description = "How the load balancer finds out whether a container can do its work: it asks for path every interval seconds, waits timeout seconds for a 200, and believes it after so many answers (healthy_threshold) or failures (unhealthy_threshold) in a row."

  validation {
    condition     = var.health_check.timeout < var.health_check.interval
    error_message = "health_check.timeout must be shorter than health_check.interval."
  }
}

variable "idle_timeout" {
  type        = number
  default     = 60
  description = "Seconds that a connection may be silent. The containers must keep theirs open for longer, or requests are lost (502)."

  validation {
    condition     = var.idle_timeout >= 1 && var.idle_timeout <= 4000
    error_message = "idle_timeout must be from 1 to 4000 seconds."
  }
}

variable "deregistration_delay" {
  type        = number
  default     = 30
  description = "Seconds that a container which is taken out has to answer what it was asked before."

  validation {
    condition     = var.deregistration_delay >= 0 && var.deregistration_delay <= 3600
    error_message = "deregistration_delay must be from 0 to 3600 seconds."
  }
}

variable "deletion_protection" {
  type        = bool
  default     = false
  description = "Whether the load balancer cannot be deleted until this is false again."
}
