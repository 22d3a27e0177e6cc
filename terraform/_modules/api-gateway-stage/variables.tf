variable "name" {
  type        = string
  description = "Name of the deployment, the first part of the name of everything that is made, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "stage" {
  type        = string
  description = "Name of the stage, the first part of its paths, and of the alias of each lambda that it calls."

  # https://docs.aws.amazon.com/apigateway/latest/api/API_CreateStage.html
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,128}$", var.stage))
    error_message = "stage must be 1 to 128 letters, digits, hyphens and underscores."
  }
}

variable "rest_api" {
  type = object({
    id   = string
    name = string
  })
  description = "REST API that the stage belongs to."
}

variable "deployment_id" {
  type        = string
  description = "Id of the deployment that the stage serves."
}

variable "documentation_version" {
  type        = string
  description = "Version of the API's documentation that belongs to what the stage serves."
}

variable "limits" {
  type = object({
    quota_per_day = optional(number, 1000)
    rate_limit    = optional(number, 10)
    burst_limit   = optional(number, 10)
  })
  default     = {}
  description = "What the API key may do: requests per day (quota_per_day), requests per second (rate_limit), and how many at once above that rate (burst_limit)."

  validation {
    condition     = var.limits.quota_per_day >= 1 && var.limits.rate_limit > 0 && var.limits.burst_limit >= 1
    error_message = "limits: quota_per_day, rate_limit and burst_limit must be positive."
  }
}

variable "detailed_metrics" {
  type        = bool
  default     = false
  description = "Whether CloudWatch gets the metrics per method too. It has them per stage anyway; those per method cost as custom metrics do."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that the access log is kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the access log is encrypted with. CloudWatch Logs must be allowed to use it."
}

variable "web_acl_arn" {
  type        = string
  description = "ARN of the web ACL (regional) that requests to the stage have to pass."
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told when an alarm fires and when it is over."
}

variable "alarm_thresholds" {
  type = object({
    latency_p95_in_ms    = optional(number, 1000)
    client_error_percent = optional(number, 2)
    server_error_percent = optional(number, 2)
    periods              = optional(number, 5)
  })
  default     = {}
  description = <<-EOT
    When the alarms of the stage fire: if for so many periods of 60 seconds in a row (periods)

    latency_p95_in_ms: the slowest 5 % of requests take longer than this, or
    client_error_percent: more than this part of the requests is answered 4xx, or
    server_error_percent: more than this part of the requests is answered 5xx.
  EOT

  validation {
    condition     = var.alarm_thresholds.latency_p95_in_ms > 0
    error_message = "alarm_thresholds.latency_p95_in_ms must be more than 0."
  }

  validation {
    condition     = alltrue([for percent in [var.alarm_thresholds.client_error_percent, var.alarm_thresholds.server_error_percent] : percent >= 0 && percent < 100])
    error_message = "alarm_thresholds: client_error_percent and server_error_percent must be from 0 to less than 100; at 100 they could never fire."
  }

  # A day is the longest that an alarm may look at:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = var.alarm_thresholds.periods >= 1 && var.alarm_thresholds.periods <= 1440 && floor(var.alarm_thresholds.periods) == var.alarm_thresholds.periods
    error_message = "alarm_thresholds.periods must be a whole number from 1 to 1440, which is a day."
  }
}
