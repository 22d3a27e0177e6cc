variable "identifier" {
  type        = string
  description = "Name of the project, the first part of the name of everything that is made."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,19}$", var.identifier))
    error_message = "identifier must be 1 to 20 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "environment" {
  type        = string
  description = "Environment that is deployed: test, acceptance or production."

  validation {
    condition     = contains(["test", "acceptance", "production"], var.environment)
    error_message = "environment must be test, acceptance or production."
  }
}

variable "suffix" {
  type        = string
  default     = ""
  description = "Last part of every name, to have a second deployment beside the first; empty, or for example -2."

  validation {
    condition     = can(regex("^(-[a-z0-9-]{1,9})?$", var.suffix))
    error_message = "suffix must be empty, or a hyphen and 1 to 9 lower-case letters, digits and hyphens."
  }
}

variable "rest_api" {
  type = object({
    id               = string
    root_resource_id = string
    execution_arn    = string
  })
  description = "REST API that the lambdas are put behind."
}

variable "request_validators" {
  type        = map(string)
  description = "Ids of the REST API's request validators by the name that an entry refers to."
}

variable "stages" {
  type = map(object({
    rate_limit  = number
    burst_limit = number
  }))
  description = "The REST API's stages by name, with what their usage plans let through: requests per second (rate_limit), and how many at once above that rate (burst_limit). Each stage calls the alias of its own name."
}

variable "artifacts_bucket" {
  type        = string
  description = "Name of the bucket that holds the lambda packages."
}

variable "packages" {
  type = map(object({
    key           = string
    sha256_base64 = string
  }))
  description = "Per lambda id: the package's object key in the artifacts bucket, and its SHA-256 as Lambda reports it."
}

variable "log_retention_in_days" {
  type        = number
  default     = 30
  description = "Days that the lambdas' logs are kept; a number that CloudWatch Logs offers."
}

variable "encryption_key_arn" {
  type        = string
  description = "ARN of the KMS key that the lambdas' logs are encrypted with. CloudWatch Logs must be allowed to use it."
}

variable "alarm_topic_arn" {
  type        = string
  description = "ARN of the SNS topic that is told when an alarm fires and when it is over."
}

variable "alarm_thresholds" {
  type = object({
    errors                      = optional(number, 0)
    duration_percent_of_timeout = optional(number, 80)
    duration_periods            = optional(number, 5)
  })
  default     = {}
  description = <<-EOT
    When the alarms of a lambda's alias fire. All look at periods of 60 seconds.

    errors: more failed calls than this in one period.
    duration_percent_of_timeout: the slowest 5 % of calls take longer than this part of the lambda's timeout, for
    duration_periods in a row.
  EOT

  validation {
    condition     = var.alarm_thresholds.errors >= 0
    error_message = "alarm_thresholds.errors must not be negative: use 0 to hear of every failed call."
  }

  validation {
    condition     = var.alarm_thresholds.duration_percent_of_timeout > 0 && var.alarm_thresholds.duration_percent_of_timeout <= 100
    error_message = "alarm_thresholds.duration_percent_of_timeout must be more than 0 and at most 100: a call never takes longer than the timeout."
  }

  # A day is the longest that an alarm may look at:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = var.alarm_thresholds.duration_periods >= 1 && var.alarm_thresholds.duration_periods <= 1440 && floor(var.alarm_thresholds.duration_periods) == var.alarm_thresholds.duration_periods
    error_message = "alarm_thresholds.duration_periods must be a whole number from 1 to 1440, which is a day."
  }
}

variable "common_responses" {
  type        = map(string)
  default     = {}
  description = "What the gateway itself may answer, by status, for the documentation of every method. A lambda's own text for a status takes its place; 400 is left out where nothing is validated."
}

variable "lambdas" {
  type = map(object({
    lambda = optional(object({
      description           = optional(string)
      handler               = optional(string, "index.handler")
      runtime               = optional(string, "nodejs22.x")
      memory_size           = optional(number, 256)
      timeout               = optional(number, 10)
      environment_variables = optional(map(string), {})
      parameters            = optional(map(string), {})
    }), {})
    integration = object({
      method          = string
      path            = string
      validator       = optional(string, "all")
      body_schema     = optional(string)
      response_schema = optional(string)
      path_parameters = optional(map(object({
        description = optional(string)
      })), {})
      query_parameters = optional(map(object({
        description = optional(string)
        required    = optional(bool, false)
      })), {})
      header_parameters = optional(map(object({
        description = optional(string)
        required    = optional(bool, false)
      })), {})
      api_key_required = optional(bool, true)
      summary          = optional(string)
      description      = optional(string)
      responses        = optional(map(string), { "200" = "The answer." })
    })
    aliases = optional(map(object({
      description = optional(string)
      follows     = optional(string, "promotion")
      })), {
      test = { follows = "latest" }
      prod = { follows = "promotion" }
    })
  }))
  description = <<-EOT
    The lambdas by id, which is also the name of the folder with the code.

    lambda.memory_size is in MB, lambda.timeout in seconds.
    lambda.parameters maps an environment variable to the name of an SSM parameter: the function gets the name and may
    read that parameter.
    integration.validator is one of request_validators, for example body-only, params-only, all or none.
    integration.path may hold path parameters such as /customers/{id}; they are always required. path_parameters says
    what they mean.
    integration.query_parameters and header_parameters say per name what it means and whether the validator requires it.
    integration.body_schema is a JSON schema (draft 4) for the body, response_schema one for the answer 200.
    integration.summary, description and responses (by status) are for the documentation; what the gateway itself may
    answer is added.
    aliases.*.follows is "latest" (the code as last applied) or "promotion" (a version that only a promotion moves).
  EOT

  validation {
    condition     = length([for id, entry in var.lambdas : id if !can(regex("^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$", id))]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": the id must be lower-case words joined by hyphens, such as replace-strings." if !can(regex("^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$", id))])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if length("${var.identifier}-${var.environment}-${id}${var.suffix}") > 64]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": ${var.identifier}-${var.environment}-${id}${var.suffix} is more than the 64 characters of a function name: shorten the id, the identifier or the suffix." if length("${var.identifier}-${var.environment}-${id}${var.suffix}") > 64])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if entry.lambda.timeout < 1 || entry.lambda.timeout > 29]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": timeout must be 1 to 29 seconds, since API Gateway waits no longer." if entry.lambda.timeout < 1 || entry.lambda.timeout > 29])
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for name in values(entry.lambda.parameters) : name if !startswith(name, "/")]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for name in values(entry.lambda.parameters) : "Lambda \"${id}\": the SSM parameter ${name} must be named in full, from its first slash on." if !startswith(name, "/")]]))
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if !contains(local.http_methods, entry.integration.method)]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": ${entry.integration.method} is not an HTTP method: use one of ${join(", ", local.http_methods)}." if !contains(local.http_methods, entry.integration.method)])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if !can(regex(local.path_pattern, entry.integration.path))]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": the path \"${entry.integration.path}\" must look like /customers/{id}: a slash before each part, none at the end." if !can(regex(local.path_pattern, entry.integration.path))])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if length(split("/", entry.integration.path)) > 6]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": the path ${entry.integration.path} has more than 5 parts: shorten it, or add a level to resources.tf of the module api-gateway-integration." if length(split("/", entry.integration.path)) > 6])
  }

  validation {
    condition     = length([for route, ids in { for id, entry in var.lambdas : "${entry.integration.method} ${replace(entry.integration.path, local.path_parameter, "{}")}" => id... } : route if length(ids) > 1]) == 0
    error_message = join("\n", [for route, ids in { for id, entry in var.lambdas : "${entry.integration.method} ${replace(entry.integration.path, local.path_parameter, "{}")}" => id... } : "The lambdas ${join(" and ", ids)} clash, both answer ${route}: give one of them another method or path." if length(ids) > 1])
  }

  # API Gateway has one resource per place in the tree, so one name for a path parameter there.
  validation {
    condition = length([for places in values({
      for place in flatten([for entry in values(var.lambdas) : [
        for end in range(2, length(split("/", entry.integration.path)) + 1) : join("/", slice(split("/", entry.integration.path), 0, end))
      ]]) : replace(place, local.path_parameter, "{}") => place...
    }) : places if length(distinct(places)) > 1]) == 0
    error_message = join("\n", [for places in values({
      for place in flatten([for entry in values(var.lambdas) : [
        for end in range(2, length(split("/", entry.integration.path)) + 1) : join("/", slice(split("/", entry.integration.path), 0, end))
      ]]) : replace(place, local.path_parameter, "{}") => place...
    }) : "The paths ${join(" and ", distinct(places))} clash: write the path parameter the same way in both." if length(distinct(places)) > 1])
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for name in keys(entry.integration.path_parameters) : name if !contains(flatten(regexall("\\{([^}+]+)\\+?\\}", entry.integration.path)), name)]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for name in keys(entry.integration.path_parameters) : "Lambda \"${id}\": the parameter ${name} is not in the path ${entry.integration.path}: write it there as {${name}}, or move it to query_parameters or header_parameters." if !contains(flatten(regexall("\\{([^}+]+)\\+?\\}", entry.integration.path)), name)]]))
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for name in concat(keys(entry.integration.query_parameters), keys(entry.integration.header_parameters)) : name if !can(regex(local.parameter_pattern, name))]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for name in concat(keys(entry.integration.query_parameters), keys(entry.integration.header_parameters)) : "Lambda \"${id}\": \"${name}\" cannot be the name of a parameter: use letters, digits, hyphens, dots and underscores." if !can(regex(local.parameter_pattern, name))]]))
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if !contains(keys(var.request_validators), entry.integration.validator)]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": there is no validator ${entry.integration.validator}: use one of ${join(", ", keys(var.request_validators))}." if !contains(keys(var.request_validators), entry.integration.validator)])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if entry.integration.body_schema != null && !can(keys(jsondecode(entry.integration.body_schema)))]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": body_schema must be a JSON schema, that is a JSON object." if entry.integration.body_schema != null && !can(keys(jsondecode(entry.integration.body_schema)))])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if entry.integration.response_schema != null && !can(keys(jsondecode(entry.integration.response_schema)))]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": response_schema must be a JSON schema, that is a JSON object." if entry.integration.response_schema != null && !can(keys(jsondecode(entry.integration.response_schema)))])
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if entry.integration.response_schema != null && !contains(keys(entry.integration.responses), "200")]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": it has a schema for the answer 200, but responses does not name that answer: add \"200\" to responses, or remove lambdas/${id}/response.schema.json." if entry.integration.response_schema != null && !contains(keys(entry.integration.responses), "200")])
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for status in keys(entry.integration.responses) : status if !can(regex("^[1-5][0-9][0-9]$", status))]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for status in keys(entry.integration.responses) : "Lambda \"${id}\": \"${status}\" in responses is not an HTTP status: use a number such as 200 or 404." if !can(regex("^[1-5][0-9][0-9]$", status))]]))
  }

  validation {
    condition     = length([for id, entry in var.lambdas : id if entry.integration.validator == "body-only" && entry.integration.body_schema == null]) == 0
    error_message = join("\n", [for id, entry in var.lambdas : "Lambda \"${id}\": the validator body-only has nothing to check: add lambdas/${id}/request.schema.json, or use another validator." if entry.integration.validator == "body-only" && entry.integration.body_schema == null])
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for alias in setsubtract(keys(entry.aliases), keys(var.stages)) : alias]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for alias in setsubtract(keys(entry.aliases), keys(var.stages)) : "Lambda \"${id}\": the alias ${alias} is not a stage: the stages are ${join(" and ", keys(var.stages))}."]]))
  }

  # Without its alias a stage would answer 500 on this path.
  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for stage in setsubtract(keys(var.stages), keys(entry.aliases)) : stage]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for stage in setsubtract(keys(var.stages), keys(entry.aliases)) : "Lambda \"${id}\": the stage ${stage} has no alias: add it to the aliases, or leave the aliases out."]]))
  }

  validation {
    condition     = length(flatten([for id, entry in var.lambdas : [for name, alias in entry.aliases : name if !contains(["latest", "promotion"], alias.follows)]])) == 0
    error_message = join("\n", flatten([for id, entry in var.lambdas : [for name, alias in entry.aliases : "Lambda \"${id}\": the alias ${name} follows \"${alias.follows}\": use latest or promotion." if !contains(["latest", "promotion"], alias.follows)]]))
  }
}
