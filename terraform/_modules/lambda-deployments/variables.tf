variable "name" {
  type        = string
  description = "Name of the environment's parts, such as rest-api-test."

  # Less than elsewhere: with -lambdas-deploy it names a role, which may have 64 characters.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}$", var.name))
    error_message = "name must be 1 to 49 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "lambdas" {
  type = map(object({
    function_name = string
    version       = string
    aliases       = set(string)
  }))
  description = "The lambdas by id: the function's name, a published version of it that a new alarm looks at until the first shift, and the aliases that are shifted."

  # Without functions the role would have a policy without a resource, which AWS refuses.
  validation {
    condition     = length(var.lambdas) > 0
    error_message = "lambdas must not be empty: leave the module out where no alias follows promotion."
  }

  validation {
    condition     = length([for lambda in values(var.lambdas) : lambda if length(lambda.aliases) == 0]) == 0
    error_message = join("\n", [for id, lambda in var.lambdas : "Lambda \"${id}\": it has no alias to shift; leave it out of lambdas." if length(lambda.aliases) == 0])
  }

  # https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
  validation {
    condition     = length([for lambda in values(var.lambdas) : lambda if length(lambda.aliases) > 10]) == 0
    error_message = join("\n", [for id, lambda in var.lambdas : "Lambda \"${id}\": it has ${length(lambda.aliases)} aliases with an alarm each, and CodeDeploy watches 10 alarms at most." if length(lambda.aliases) > 10])
  }

  # Two groups of one name would be one.
  validation {
    condition     = length(distinct([for lambda in values(var.lambdas) : lambda.function_name])) == length(var.lambdas)
    error_message = "Each of lambdas must be another function."
  }
}

variable "deployment_config" {
  type        = string
  default     = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
  description = "How traffic is shifted by a deployment that does not say it itself: the name of a deployment configuration for Lambda, such as CodeDeployDefault.LambdaCanary10Percent5Minutes."

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,100}$", var.deployment_config)) && !startswith(var.deployment_config, "CodeDeployDefault.ECS")
    error_message = "deployment_config must be a deployment configuration for Lambda, such as CodeDeployDefault.LambdaCanary10Percent5Minutes."
  }
}

variable "error_threshold" {
  type        = number
  default     = 0
  description = "Failed calls of the new version within a minute above which a shift is rolled back."

  validation {
    condition     = var.error_threshold >= 0
    error_message = "error_threshold must not be negative: with 0 the first failed call rolls back."
  }
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told when an alarm fires and when it is over."
}
