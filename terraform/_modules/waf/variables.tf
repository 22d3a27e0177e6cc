variable "name" {
  type        = string
  description = "Name of the web ACL, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "rate_limit" {
  type        = number
  default     = 1000
  description = "Requests within 5 minutes from one address; more are refused until there are fewer again."

  # https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
  validation {
    condition     = var.rate_limit >= 10 && var.rate_limit <= 2000000000 && floor(var.rate_limit) == var.rate_limit
    error_message = "rate_limit must be a whole number from 10 to 2000000000."
  }
}

variable "max_body_bytes" {
  type        = number
  default     = 2097152
  description = "Bytes of a body, by its header content-length; larger ones are refused."

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
  validation {
    condition     = var.max_body_bytes >= 1024 && var.max_body_bytes <= 10485760 && floor(var.max_body_bytes) == var.max_body_bytes
    error_message = "max_body_bytes must be a whole number from 1024 to 10485760, which is the most that API Gateway takes."
  }
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that the log of refused and counted requests is kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the log is encrypted with. CloudWatch Logs must be allowed to use it."
}
