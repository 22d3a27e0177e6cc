variable "name" {
  type        = string
  description = "Name of the bucket, of which there is only one in the world, such as terraform-artifacts-123456789012-eu-west-1."

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 63 lower-case letters, digits and hyphens, with no hyphen at either end."
  }
}

variable "encryption_key_arn" {
  type        = string
  default     = null
  description = "ARN of the KMS key that objects are encrypted with. With null it is S3's own, which costs nothing."
}

variable "old_version_days" {
  type        = number
  default     = 90
  description = "Days that the versions of an object are kept which newer ones have taken the place of."

  validation {
    condition     = var.old_version_days >= 1 && floor(var.old_version_days) == var.old_version_days
    error_message = "old_version_days must be a whole number from 1."
  }
}

variable "kept_old_versions" {
  type        = number
  default     = 20
  description = "Of those versions, the newest so many of each object, which are kept for good."

  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html
  validation {
    condition     = var.kept_old_versions >= 1 && var.kept_old_versions <= 100 && floor(var.kept_old_versions) == var.kept_old_versions
    error_message = "kept_old_versions must be a whole number from 1 to 100."
  }
}
