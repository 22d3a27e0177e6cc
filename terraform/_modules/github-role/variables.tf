variable "name" {
  type        = string
  description = "Name of the role, such as rest-api-plan."

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,63}$", var.name))
    error_message = "name must be 1 to 64 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "description" {
  type        = string
  description = "What the role is for, in one sentence."
}

variable "provider_arn" {
  type        = string
  description = "ARN of the account's OIDC provider for GitHub Actions."
}

variable "repository" {
  type = object({
    name     = string
    id       = string
    owner_id = string
  })
  description = "Repository whose workflows may assume the role: name is owner/name, with the case that GitHub shows; id and owner_id are GitHub's numbers, which survive a rename."

  # No wildcard can come in by it.
  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$", var.repository.name))
    error_message = "repository.name must be owner/name, as in github.com/owner/name."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]*$", var.repository.id)) && can(regex("^[1-9][0-9]*$", var.repository.owner_id))
    error_message = "repository.id and repository.owner_id must be the numbers that `gh api repos/owner/name --jq '.id, .owner.id'` prints."
  }
}

variable "contexts" {
  type        = list(string)
  description = "What the subject of a token may end with, such as pull_request, ref:refs/heads/main or environment:test; with a star at the end, whatever begins like it."

  # What IAM takes for a wildcard, and what would end the context.
  validation {
    condition     = length(var.contexts) > 0 && alltrue([for context in var.contexts : can(regex("^(pull_request|ref:refs/[^*?]+\\*?|environment:[^*?]+)$", context))])
    error_message = "contexts must be one or more of pull_request, ref:refs/… and environment:…, with a star at the end of a ref at most."
  }
}

variable "claims" {
  type        = map(string)
  default     = {}
  description = "Claims that a token must have besides, with exactly this value, such as environment or ref."

  # Those that STS knows: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
  validation {
    condition     = length(setsubtract(keys(var.claims), ["environment", "job_workflow_ref", "ref"])) == 0
    error_message = "claims must be of environment, job_workflow_ref and ref."
  }
}

variable "policies" {
  type        = map(string)
  description = "What the role may do: policies as JSON, by name."

  validation {
    condition     = length(var.policies) > 0
    error_message = "policies must not be empty: a role that may do nothing is of no use."
  }
}

variable "max_session_seconds" {
  type        = number
  default     = 3600
  description = "Seconds that a job may use the role for."

  validation {
    condition     = var.max_session_seconds >= 3600 && var.max_session_seconds <= 43200
    error_message = "max_session_seconds must be from 3600 to 43200."
  }
}
