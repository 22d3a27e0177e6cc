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
  description = "Last part of every name, to have a second deployment beside the first; empty, or for example -2."

  validation {
    condition     = can(regex("^(-[a-z0-9-]{1,9})?$", var.suffix))
    error_message = "suffix must be empty, or a hyphen and 1 to 9 lower-case letters, digits and hyphens."
  }
}

variable "artifacts_bucket" {
  type        = string
  description = "Name of the bucket that holds the lambda packages."
}

variable "lambda_packages" {
  type = map(object({
    key           = string
    sha256_base64 = string
    bytes         = number
  }))
  description = "Per folder in lambdas/: the package's object key, its SHA-256 in base64, and its size in bytes. Made by `make package/lambdas`."

  validation {
    condition     = length(setsubtract(keys(var.lambda_packages), keys(local.lambdas))) == 0
    error_message = join("\n", [for id in setsubtract(keys(var.lambda_packages), keys(local.lambdas)) : "The folder lambdas/${id} has no entry: add \"${id}\" to terraform/api-gateway/lambdas.tf, or remove the folder and run `make package/lambdas`."])
  }

  validation {
    condition     = length(setsubtract(keys(local.lambdas), keys(var.lambda_packages))) == 0
    error_message = join("\n", [for id in setsubtract(keys(local.lambdas), keys(var.lambda_packages)) : "The entry \"${id}\" in terraform/api-gateway/lambdas.tf has no package: add the folder lambdas/${id} and run `make package/lambdas`, or remove the entry."])
  }
}

variable "strings_mapping_parameter_name" {
  type        = string
  description = "Name of the SSM parameter that says, as a JSON object, what is replaced by what."

  validation {
    condition     = startswith(var.strings_mapping_parameter_name, "/")
    error_message = "strings_mapping_parameter_name must be the parameter's name in full, from its first slash on."
  }
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
  description = "Per stage what its API key may do: requests per day (quota_per_day), requests per second (rate_limit), and how many at once above that rate (burst_limit). detailed_metrics: metrics per method too, which cost as custom metrics do."

  validation {
    condition     = toset(keys(var.stages)) == toset(["prod", "test"])
    error_message = "stages must be test and prod."
  }

  validation {
    condition     = alltrue([for stage in values(var.stages) : stage.quota_per_day >= 1 && stage.rate_limit > 0 && stage.burst_limit >= 1])
    error_message = "quota_per_day, rate_limit and burst_limit of a stage must be positive."
  }
}

variable "domain" {
  type = object({
    name    = string
    zone_id = string
  })
  default     = null
  description = "Domain name of the API, and the id of the Route 53 zone that it is in. Without one, callers use the API's default endpoint."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that logs are encrypted with. CloudWatch Logs must be allowed to use it."
}

variable "web_acl_arn" {
  type        = string
  description = "ARN of the web ACL (regional) that requests to the stages have to pass."
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told when an alarm fires and when it is over."
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

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that logs are kept."

  # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_in_days)
    error_message = "log_retention_in_days must be a number that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}
