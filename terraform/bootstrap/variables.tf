variable "identifier" {
  type        = string
  default     = "rest-api"
  description = "Name of the project, the same as in terraform/environments: the roles made here may change what begins with it."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.identifier))
    error_message = "identifier must be 1 to 20 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "environments" {
  type        = set(string)
  default     = ["test", "acceptance", "production"]
  description = "Environments that are deployed to this account: all of them, or one per account."

  validation {
    condition     = length(var.environments) > 0 && length(setsubtract(var.environments, ["test", "acceptance", "production"])) == 0
    error_message = "environments must be one or more of test, acceptance and production."
  }
}

variable "repository" {
  type        = string
  description = "Repository at GitHub whose workflows get the roles, as owner/name, with the case that GitHub shows."

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name, as in github.com/owner/name."
  }
}

variable "repository_id" {
  type        = string
  description = "GitHub's number of the repository, which survives a rename: `gh api repos/owner/name --jq .id`."

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_id))
    error_message = "repository_id must be the number that `gh api repos/owner/name --jq .id` prints."
  }
}

variable "repository_owner_id" {
  type        = string
  description = "GitHub's number of the repository's owner: `gh api repos/owner/name --jq .owner.id`."

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository_owner_id))
    error_message = "repository_owner_id must be the number that `gh api repos/owner/name --jq .owner.id` prints."
  }
}

variable "default_branch" {
  type        = string
  default     = "main"
  description = "Branch that is applied. The roles apply and deploy are for what is on it alone."

  # No wildcard can come in by it.
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._/-]*$", var.default_branch))
    error_message = "default_branch must be the name of a branch, without refs/heads/."
  }
}

variable "oidc_provider_arn" {
  type        = string
  default     = null
  description = "ARN of the account's OIDC provider for token.actions.githubusercontent.com, if it has one already. With null it is made."

  validation {
    condition     = var.oidc_provider_arn == null || can(regex(":oidc-provider/token\\.actions\\.githubusercontent\\.com$", var.oidc_provider_arn))
    error_message = "oidc_provider_arn must end with :oidc-provider/token.actions.githubusercontent.com."
  }
}

variable "kept_images" {
  type        = number
  default     = 50
  description = "Images of the service that are kept: the newest."
}

variable "base_image" {
  type        = string
  default     = null
  description = "Image that the service's are made of, in the place of the one that the Dockerfile names: for an account with a mirror. With null it is the Dockerfile's."
}
