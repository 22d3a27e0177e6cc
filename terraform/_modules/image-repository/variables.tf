variable "name" {
  type        = string
  description = "Name of the repository, such as rest-api-service."

  # https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
  validation {
    condition     = can(regex("^[a-z0-9]+([._/-][a-z0-9]+)*$", var.name)) && length(var.name) >= 2
    error_message = "name must be lower-case letters and digits, with single dots, slashes, hyphens and underscores between them."
  }
}

variable "kept_images" {
  type        = number
  default     = 50
  description = "Images that are kept besides the one that services start with (initial): the newest."

  validation {
    condition     = var.kept_images >= 2 && floor(var.kept_images) == var.kept_images
    error_message = "kept_images must be a whole number from 2: one that runs, and one to go back to."
  }
}

variable "encryption_key_arn" {
  type        = string
  default     = null
  description = "ARN of the KMS key that images are encrypted with. With null it is AWS's own, which costs nothing."
}
