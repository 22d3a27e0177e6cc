variable "name" {
  type        = string
  description = "Name of the pipeline and of its parts, such as rest-api-test."

  # Less than elsewhere: with -service-pipeline it names a role, which may have 64 characters.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,46}$", var.name))
    error_message = "name must be 1 to 47 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "repository" {
  type        = string
  description = "Repository at GitHub that is released, as owner/name."

  validation {
    condition     = can(regex("^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$", var.repository))
    error_message = "repository must be owner/name, such as acme/rest-api."
  }
}

variable "branch" {
  type        = string
  default     = "main"
  description = "Branch whose newest commit is released when a release names none."
}

variable "connection_arn" {
  type        = string
  default     = null
  description = "ARN of a connection to GitHub that is there already. With null one is made, which somebody has to confirm once, in the console."
}

variable "artifacts_bucket" {
  type        = string
  description = "Name of the bucket that the stages hand their results on in."
}

variable "image_repository_arn" {
  type        = string
  description = "ARN of the repository of the service's images."
}

variable "parameters_to_read" {
  type        = set(string)
  default     = []
  description = "ARNs of the SSM parameters that the build reads."
}

variable "buildspec" {
  type        = string
  default     = "service/buildspec.yml"
  description = "Path in the repository of what the build does."
}

variable "build" {
  type = object({
    compute_type       = optional(string, "BUILD_GENERAL1_SMALL")
    image              = optional(string, "aws/codebuild/amazonlinux-x86_64-standard:6.0")
    type               = optional(string, "LINUX_CONTAINER")
    timeout_in_minutes = optional(number, 15)
  })
  default     = {}
  description = "Machine that builds (compute_type, type), with which image of CodeBuild's, and how many minutes it may take."

  validation {
    condition     = var.build.timeout_in_minutes >= 5 && var.build.timeout_in_minutes <= 480
    error_message = "build.timeout_in_minutes must be from 5 to 480."
  }
}

variable "service" {
  type = object({
    cluster_name       = string
    service_name       = string
    task_definition    = any
    appspec            = any
    execution_role_arn = string
    task_role_arn      = string
  })
  description = "Outputs of the module container-service: what is released."
}

variable "load_balancer" {
  type = object({
    listener_arns = object({ production = string, test = string })
    target_groups = map(object({ arn = string, name = string, arn_suffix = string }))
  })
  description = "Outputs of the module load-balancer: what is shifted."
}

variable "deployment_config" {
  type        = string
  default     = "CodeDeployDefault.ECSCanary10Percent5Minutes"
  description = "How traffic is shifted: the name of a deployment configuration, such as CodeDeployDefault.ECSCanary10Percent5Minutes, CodeDeployDefault.ECSLinear10PercentEvery1Minutes or CodeDeployDefault.ECSAllAtOnce."
}

variable "termination_wait_in_minutes" {
  type        = number
  default     = 5
  description = "Minutes that the old version is kept after all traffic has left it; until then going back takes a second."

  # https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueInstanceTerminationOption.html
  validation {
    condition     = var.termination_wait_in_minutes >= 0 && var.termination_wait_in_minutes <= 2880
    error_message = "termination_wait_in_minutes must be from 0 to 2880, which is two days."
  }
}

variable "alarm_names" {
  type        = set(string)
  description = "Names of the alarms that end a release and bring the old version back: alarms of a metric, no composite ones."

  # https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
  validation {
    condition     = length(var.alarm_names) <= 10
    error_message = "alarm_names must be 10 alarms at most, which is what CodeDeploy watches."
  }
}

variable "notification_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told when a release begins, succeeds, fails or is stopped. CodeStar Notifications must be allowed to publish to it."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that the log of builds is kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the log of builds is encrypted with. CloudWatch Logs must be allowed to use it."
}
