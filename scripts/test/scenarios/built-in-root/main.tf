# The same variables as in ../root and nothing outside of the state, for what is about pull requests and runs and not about AWS: a plan takes
# a tenth of a second, since no provider has to start.
terraform {
  required_version = ">= 1.11, < 2.0"
  backend "s3" {
    use_lockfile = true
  }
}

variable "lambda_packages" {
  description = "What publish-lambdas has written; nothing here uses it."
  type        = any
  default     = {}
}

variable "parameters" {
  description = "Values by name."
  type        = map(string)
  default     = {}
}

variable "log_groups" {
  description = "More of them."
  type        = set(string)
  default     = []
}

variable "password" {
  description = "A secret."
  type        = string
  sensitive   = true
  default     = "first-planted-secret"
}

resource "terraform_data" "parameter" {
  for_each = var.parameters

  input = each.value
}

resource "terraform_data" "log_group" {
  for_each = var.log_groups

  input = each.value
}

resource "terraform_data" "password" {
  input = var.password
}

output "parameter_names" {
  description = "The names of the parameters."
  value       = sort(keys(terraform_data.parameter))
}

output "password" {
  description = "A secret."
  value       = var.password
  sensitive   = true
}
