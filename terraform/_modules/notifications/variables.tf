variable "name" {
  type        = string
  description = "Name of the topic, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "emails" {
  type        = set(string)
  default     = []
  description = "Email addresses that are sent the notifications. Each has to confirm once, by the link in the first email."

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^\\s@,;]+@[^\\s@,;.]+(\\.[^\\s@,;.]+)+$", email))])
    error_message = join("\n", [for email in var.emails : "emails: \"${email}\" is no email address; write it like somebody@example.com." if !can(regex("^[^\\s@,;]+@[^\\s@,;.]+(\\.[^\\s@,;.]+)+$", email))])
  }
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the notifications are encrypted with. CloudWatch must be allowed to use it."
}
