variable "name" {
  type        = string
  description = "Name of the cluster, the service and all that belongs to them, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,45}$", var.name))
    error_message = "name must be 1 to 46 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "image" {
  type        = string
  description = "Image that the service starts with before its first release, by a tag that never moves, such as <repository>:initial. What runs after that is what was released."
}

variable "image_repository_arn" {
  type        = string
  description = "ARN of the repository that all its images come from."
}

variable "vpc_id" {
  type        = string
  description = "Id of the network."
}

variable "subnets" {
  type = object({
    ids              = list(string)
    assign_public_ip = bool
  })
  description = "Subnets that containers run in, and whether each needs a public address, which it does where there is no NAT."
}

variable "load_balancer" {
  type = object({
    arn_suffix        = string
    security_group_id = string
    target_groups     = map(object({ arn = string, name = string, arn_suffix = string }))
  })
  description = "Outputs of the module load-balancer."
}

variable "container_port" {
  type        = number
  default     = 8080
  description = "Port that the service listens on."
}

variable "cpu" {
  type        = number
  default     = 256
  description = "Processor time of a task, in 1024ths of a virtual CPU. Takes effect with the next release, as memory does."

  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
  validation {
    condition     = contains([256, 512, 1024, 2048, 4096], var.cpu)
    error_message = "cpu must be 256, 512, 1024, 2048 or 4096."
  }
}

variable "memory" {
  type        = number
  default     = 512
  description = "Memory of a task in MiB; which values there are depends on cpu."

  validation {
    condition = contains({
      256  = [512, 1024, 2048]
      512  = range(1024, 4097, 1024)
      1024 = range(2048, 8193, 1024)
      2048 = range(4096, 16385, 1024)
      4096 = range(8192, 30721, 1024)
    }[contains([256, 512, 1024, 2048, 4096], var.cpu) ? var.cpu : 256], var.memory)
    error_message = "memory must be a size that Fargate has for this cpu: with 256, 512, 1024 or 2048; with 512, 1024 to 4096; with 1024, 2048 to 8192; with 2048, 4096 to 16384; with 4096, 8192 to 30720; all in steps of 1024."
  }
}

variable "architecture" {
  type        = string
  default     = "X86_64"
  description = "Processor that tasks run on: X86_64, or ARM64, which costs a fifth less. Images must be built for it."

  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be X86_64 or ARM64."
  }
}

variable "capacity_provider" {
  type        = string
  default     = "FARGATE"
  description = "FARGATE, or FARGATE_SPOT, which costs about a third and may take a task away at two minutes' notice. Takes effect with the next release."

  validation {
    condition     = contains(["FARGATE", "FARGATE_SPOT"], var.capacity_provider)
    error_message = "capacity_provider must be FARGATE or FARGATE_SPOT."
  }
}

variable "min_count" {
  type        = number
  default     = 2
  description = "Tasks that run at least."

  validation {
    condition     = var.min_count >= 1 && floor(var.min_count) == var.min_count
    error_message = "min_count must be a whole number from 1."
  }
}

variable "max_count" {
  type        = number
  default     = 4
  description = "Tasks that run at most."

  validation {
    condition     = var.max_count >= var.min_count && floor(var.max_count) == var.max_count
    error_message = "max_count must be a whole number, and not below min_count."
  }
}

variable "utilization_targets" {
  type = object({
    cpu    = optional(number, 70)
    memory = optional(number, 70)
  })
  default     = {}
  description = "Per cent of its cpu and memory that the service is held at by starting and ending tasks."

  validation {
    condition     = alltrue([for percent in values(var.utilization_targets) : percent >= 10 && percent <= 95])
    error_message = "utilization_targets must be from 10 to 95 per cent."
  }
}

variable "cooldown" {
  type = object({
    scale_out = optional(number, 60)
    scale_in  = optional(number, 300)
  })
  default     = {}
  description = "Seconds that pass after a change of the number of tasks before the next one, up (scale_out) and down (scale_in)."
}

variable "environment" {
  type        = map(string)
  default     = {}
  description = "Variables of the containers; no secrets, they can be read in the console. PORT is there already."

  validation {
    condition     = length(setintersection(keys(var.environment), ["PORT", "API_KEY", "API_KEY_PREVIOUS"])) == 0
    error_message = "environment must not have PORT, API_KEY or API_KEY_PREVIOUS: the module sets them."
  }
}

variable "parameters_to_read" {
  type        = set(string)
  default     = []
  description = "ARNs of the SSM parameters that the service reads while it runs."
}

variable "api_key" {
  type = object({
    rotation        = optional(number, 1)
    accept_previous = optional(bool, true)
  })
  default     = {}
  description = "The key that callers send. Raising rotation by one makes a new one, and the one before goes on being accepted until accept_previous is false or rotation is raised again. Containers get them with the next release."

  validation {
    condition     = var.api_key.rotation >= 1 && floor(var.api_key.rotation) == var.api_key.rotation
    error_message = "api_key.rotation must be a whole number from 1; raise it by one to make a new key."
  }
}

variable "container_insights" {
  type        = bool
  default     = false
  description = "Whether CloudWatch keeps metrics per task too, which cost as custom metrics do."
}

variable "alarm_thresholds" {
  type = object({
    server_errors     = optional(number, 0)
    latency_p95_in_ms = optional(number, 1000)
    latency_periods   = optional(number, 5)
    unhealthy_periods = optional(number, 3)
  })
  default     = {}
  description = "When alarms fire: more answers 5xx of one version than this within a minute, a latency (p95) above this for so many minutes (latency_periods), a container that is unhealthy for so many (unhealthy_periods)."
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that alarms are sent to."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that logs are kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that logs and API keys are encrypted with. CloudWatch Logs must be allowed to use it."
}
