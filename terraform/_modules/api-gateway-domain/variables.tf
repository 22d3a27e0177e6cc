variable "domain_name" {
  type        = string
  description = "Name that the API is reached under, such as api.example.com."

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain_name))
    error_message = "domain_name must be a domain name in lower case and without a dot at its end, such as api.example.com."
  }
}

variable "certificate_arn" {
  type        = string
  description = "ARN of an issued certificate for the name, in the API's region."
}

variable "zone_id" {
  type        = string
  description = "Id of the public Route 53 zone that the name is in."
}

variable "rest_api_id" {
  type        = string
  description = "Id of the REST API."
}

variable "stages" {
  type        = set(string)
  description = "Names of the stages. Each is the first part of the paths to it, as at API Gateway's own address."

  validation {
    condition     = length(var.stages) > 0
    error_message = "stages must name at least one stage, or nothing can be reached under the domain."
  }
}
