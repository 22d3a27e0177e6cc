variable "identifier" {
  type        = string
  description = "Name of the project, the first part of the name of everything that is made."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.identifier))
    error_message = "identifier must be 1 to 20 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "environment" {
  type        = string
  description = "Environment that is deployed: test, acceptance or production."

  validation {
    condition     = contains(["test", "acceptance", "production"], var.environment)
    error_message = "environment must be test, acceptance or production."
  }
}

variable "suffix" {
  type        = string
  default     = ""
  description = "Last part of every name, for what else is in the account under the same ones; empty, or for example -2."

  validation {
    condition     = can(regex("^(-[a-z0-9-]{1,9})?$", var.suffix))
    error_message = "suffix must be empty, or a hyphen and 1 to 9 lower-case letters, digits and hyphens."
  }
}

variable "architectures" {
  type        = set(string)
  default     = ["api-gateway", "fargate"]
  description = "What is deployed: the API on API Gateway with lambdas (api-gateway), the service in containers (fargate), or both."

  validation {
    condition     = length(var.architectures) > 0 && length(setsubtract(var.architectures, ["api-gateway", "fargate"])) == 0
    error_message = "architectures must be api-gateway, fargate, or both."
  }
}

variable "lambda_packages" {
  type = map(object({
    key           = string
    sha256_base64 = string
    bytes         = number
  }))
  default     = null
  description = "Per folder in lambdas/: the package's object key, its SHA-256 in base64, and its size in bytes. Comes from the generated lambda-packages.auto.tfvars.json."

  validation {
    condition     = var.lambda_packages != null
    error_message = "The lambdas are not packaged: run `make package/lambdas`, which writes terraform/lambda-packages.auto.tfvars.json."
  }
}

variable "strings_mapping" {
  type        = map(string)
  default     = null
  description = "What is replaced by what: each key is a text, its value the text to put in its place. By default, what strings-mapping.json says."
}

variable "stages" {
  type = map(object({
    quota_per_day    = optional(number, 1000)
    rate_limit       = optional(number, 10)
    burst_limit      = optional(number, 10)
    detailed_metrics = optional(bool, false)
  }))
  default = {
    test = {}
    prod = {}
  }
  description = "Per stage, test and prod, what its API key may do: requests per day (quota_per_day), requests per second (rate_limit), and how many at once above that rate (burst_limit). detailed_metrics: metrics per method too, which cost as custom metrics do."
}

variable "domain" {
  type = object({
    zone_name    = string
    api_name     = optional(string)
    service_name = optional(string)
  })
  default     = null
  description = "Route 53 zone of the account to be reached under (zone_name), and the API's name in it: by default api.<zone_name> in production, api-<environment>.<zone_name> elsewhere; and the service's (service_name), by the same rule with service in the place of api. Without a domain, callers use AWS's own addresses, and the service speaks plain HTTP."

  validation {
    condition     = var.domain != null || var.environment != "production" || !contains(var.architectures, "fargate")
    error_message = "production needs a domain (domain = { zone_name = \"…\" }): without one the service speaks plain HTTP, and keys can be read on the way."
  }

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain.zone_name))
    error_message = "domain.zone_name must be a domain name in lower case and without a dot at its end, such as example.com."
  }

  validation {
    condition     = try(var.domain.api_name, null) == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain.api_name)) && try(endswith(var.domain.api_name, ".${var.domain.zone_name}"), false)
    error_message = "domain.api_name must be a name in the zone, in lower case, such as api.${try(var.domain.zone_name, "")}."
  }

  validation {
    condition     = try(var.domain.service_name, null) == null || can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain.service_name)) && try(endswith(var.domain.service_name, ".${var.domain.zone_name}"), false)
    error_message = "domain.service_name must be a name in the zone, in lower case, such as service.${try(var.domain.zone_name, "")}."
  }
}

variable "repository" {
  type        = string
  default     = null
  description = "Repository at GitHub that the service is released from, as owner/name."

  validation {
    condition     = !contains(var.architectures, "fargate") || can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be this repository's owner/name at GitHub, such as acme/rest-api: the service is released from there."
  }
}

variable "connection_arn" {
  type        = string
  default     = null
  description = "ARN of a connection to GitHub (Developer Tools, Connections) that is there already. With null one is made, which somebody has to confirm once in the console."
}

variable "network" {
  type = object({
    cidr                = optional(string, "10.0.0.0/16")
    zones               = optional(number, 2)
    nat                 = optional(string, "one")
    interface_endpoints = optional(set(string), [])
    flow_logs           = optional(bool, true)
  })
  default     = {}
  description = "Network of the service: its addresses (cidr), zones, NAT gateways (none, one or per-zone), services of AWS that are reached from inside (interface_endpoints), and whether a log says who talked to whom (flow_logs)."
}

variable "service" {
  type = object({
    cpu                         = optional(number, 256)
    memory                      = optional(number, 512)
    architecture                = optional(string, "X86_64")
    capacity_provider           = optional(string, "FARGATE")
    min_count                   = optional(number, 2)
    max_count                   = optional(number, 4)
    utilization_targets         = optional(object({ cpu = optional(number, 70), memory = optional(number, 70) }), {})
    cooldown                    = optional(object({ scale_out = optional(number, 60), scale_in = optional(number, 300) }), {})
    api_key                     = optional(object({ rotation = optional(number, 1), accept_previous = optional(bool, true) }), {})
    rate_limit_per_minute       = optional(number, 6000)
    log_level                   = optional(string, "info")
    deployment_config           = optional(string, "CodeDeployDefault.ECSCanary10Percent5Minutes")
    termination_wait_in_minutes = optional(number, 5)
    allowed_cidrs               = optional(set(string), ["0.0.0.0/0"])
    test_listener_cidrs         = optional(set(string), [])
    container_insights          = optional(bool, false)
    deletion_protection         = optional(bool)
  })
  default     = {}
  description = "What a task of the service is (cpu, memory, architecture, capacity_provider), how many there are (min_count, max_count, utilization_targets, cooldown), its API key (api_key), what it allows (rate_limit_per_minute per key and task, allowed_cidrs, test_listener_cidrs), and how it is released (deployment_config, termination_wait_in_minutes). Size, variables and key take effect with the next release."
}

variable "service_alarm_thresholds" {
  type = object({
    server_errors     = optional(number, 0)
    latency_p95_in_ms = optional(number, 1000)
    latency_periods   = optional(number, 5)
    unhealthy_periods = optional(number, 3)
  })
  default     = {}
  description = "When the alarms of the service fire: more answers 5xx of one version than this within a minute, a latency (p95) above this for so many minutes (latency_periods), a container that is unhealthy for so many (unhealthy_periods)."
}

variable "alarm_emails" {
  type        = set(string)
  default     = []
  description = "Email addresses that are told when an alarm fires and when it is over. Each has to confirm once, by the link in the first email."
}

variable "stage_alarm_thresholds" {
  type = object({
    latency_p95_in_ms    = optional(number, 1000)
    client_error_percent = optional(number, 2)
    server_error_percent = optional(number, 2)
    periods              = optional(number, 5)
  })
  default     = {}
  description = "When the alarms of a stage fire: after so many minutes (periods) with a latency (p95) or a part of 4xx or 5xx answers above these."
}

variable "lambda_alarm_thresholds" {
  type = object({
    errors                      = optional(number, 0)
    duration_percent_of_timeout = optional(number, 80)
    duration_periods            = optional(number, 5)
  })
  default     = {}
  description = "When the alarms of a lambda's alias fire: more failed calls than this within a minute, or for so many minutes (duration_periods) a duration (p95) above this part of the timeout. The number of calls is measured against the limits of the stage. A shift to a new version is rolled back by more failed calls of it than errors."
}

variable "waf" {
  type = object({
    rate_limit     = optional(number, 1000)
    max_body_bytes = optional(number, 2097152)
  })
  default     = {}
  description = "What the firewall lets through: requests within 5 minutes from one address (rate_limit), and bytes of a body (max_body_bytes)."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that logs are kept; a number that CloudWatch Logs offers."
}
