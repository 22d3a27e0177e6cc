variable "identifier" {
  type        = string
  description = "Name of the project, the first part of the name of everything that is made."
}

variable "environment" {
  type        = string
  description = "Environment that is deployed: test, acceptance or production."
}

variable "suffix" {
  type        = string
  default     = ""
  description = "Last part of every name; empty, or for example -2."
}

variable "network" {
  type = object({
    vpc_id            = string
    cidr              = string
    public_subnet_ids = list(string)
    task_subnets      = object({ ids = list(string), assign_public_ip = bool })
  })
  description = "Outputs of the module network."
}

variable "domain" {
  type = object({
    name    = string
    zone_id = string
  })
  default     = null
  description = "Name that the service is reached by (name), in the Route 53 zone zone_id. Without one the load balancer speaks plain HTTP at AWS's own name, which production refuses."
}

variable "web_acl_arn" {
  type        = string
  description = "ARN of the firewall that every request passes."
}

variable "image_repository" {
  type = object({
    arn = string
    url = string
  })
  description = "Repository of the service's images."
}

variable "repository" {
  type        = string
  description = "Repository at GitHub that is released, as owner/name."
}

variable "branch" {
  type        = string
  default     = "main"
  description = "Branch whose newest commit is released when a release names none."
}

variable "connection_arn" {
  type        = string
  default     = null
  description = "ARN of a connection to GitHub that is there already; with null one is made."
}

variable "artifacts_bucket" {
  type        = string
  description = "Name of the bucket that the pipeline's stages hand their results on in."
}

variable "strings_mapping_parameter" {
  type = object({
    name = string
    arn  = string
  })
  description = "SSM parameter that holds the map of replacements."
}

variable "build_parameter_arns" {
  type        = set(string)
  default     = []
  description = "ARNs of the SSM parameters that the build reads."
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
  description = "What a task is (cpu, memory, architecture, capacity_provider), how many there are (min_count, max_count, utilization_targets, cooldown), its API key (api_key), what it allows (rate_limit_per_minute per key and task, allowed_cidrs, test_listener_cidrs), and how it is released (deployment_config, termination_wait_in_minutes). By default the load balancer of production is protected from being deleted (deletion_protection)."

  validation {
    condition     = contains(["error", "warn", "info", "debug"], var.service.log_level)
    error_message = "service.log_level must be error, warn, info or debug."
  }
}

variable "alarm_thresholds" {
  type = object({
    server_errors     = optional(number, 0)
    latency_p95_in_ms = optional(number, 1000)
    latency_periods   = optional(number, 5)
    unhealthy_periods = optional(number, 3)
  })
  default     = {}
  description = "When the alarms of the service fire."
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told of alarms, releases and scaling."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that logs are kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that logs and API keys are encrypted with."
}
