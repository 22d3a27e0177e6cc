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

variable "stages" {
  type = map(object({
    quota_per_day = optional(number, 1000)
    rate_limit    = optional(number, 10)
    burst_limit   = optional(number, 10)
  }))
  default = {
    test = {}
    prod = {}
  }
  description = "Per stage, test and prod, what its API key may do: requests per day (quota_per_day), requests per second (rate_limit), and how many at once above that rate (burst_limit)."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that logs are kept; a number that CloudWatch Logs offers."
}
