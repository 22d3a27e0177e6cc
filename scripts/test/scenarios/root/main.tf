# A root that is planned and applied in seconds, with one of each thing that a review is about.
terraform {
  required_version = ">= 1.11, < 2.0"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7.0"
    }
  }
  backend "s3" {
    use_lockfile = true
  }
}

provider "aws" {}

variable "lambda_packages" {
  description = "What publish-lambdas has written; nothing here uses it."
  type        = any
  default     = {}
}

variable "parameters" {
  description = "Values of parameters by name."
  type        = map(string)
  default     = {}
}

variable "suffix" {
  description = "Behind the names of the parameters."
  type        = string
  default     = ""
}

variable "log_groups" {
  description = "Names of log groups; their type is protected."
  type        = set(string)
  default     = []
}

variable "password" {
  description = "A secret."
  type        = string
  sensitive   = true
  default     = "first-planted-secret"
}

resource "aws_ssm_parameter" "this" {
  for_each = var.parameters

  # Changing the name replaces it.
  name           = "/scenario/${each.key}${var.suffix}"
  type           = "String"
  insecure_value = each.value
}

resource "aws_ssm_parameter" "password" {
  name  = "/scenario/password"
  type  = "SecureString"
  value = var.password
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = var.log_groups

  name              = "/scenario/${each.key}"
  retention_in_days = 7
}

output "parameter_names" {
  description = "The names of the parameters."
  value       = sort([for parameter in aws_ssm_parameter.this : parameter.name])
}

output "password" {
  description = "A secret."
  value       = var.password
  sensitive   = true
}
