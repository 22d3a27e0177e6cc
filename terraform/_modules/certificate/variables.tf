variable "domain_name" {
  type        = string
  description = "Name that the certificate is for, such as api.example.com."

  validation {
    condition     = can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", var.domain_name))
    error_message = "domain_name must be a domain name in lower case and without a dot at its end, such as api.example.com."
  }
}

variable "alternative_names" {
  type        = set(string)
  default     = []
  description = "Other names that the certificate is for too, in the same zone, such as *.api.example.com."

  validation {
    condition     = alltrue([for name in var.alternative_names : can(regex("^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", name))])
    error_message = "alternative_names must be domain names in lower case and without a dot at their end, such as *.api.example.com."
  }
}

variable "zone_id" {
  type        = string
  description = "Id of the public Route 53 zone that the names are in. ACM finds there that they are ours."
}
