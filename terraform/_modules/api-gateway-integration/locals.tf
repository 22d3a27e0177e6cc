locals {
  http_methods = ["ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]

  # The characters that API Gateway takes in a part of a path. {name+} stands for the rest of it, so it comes last.
  path_pattern   = "^(/|(/([A-Za-z0-9._:-]+|\\{[A-Za-z0-9._-]+\\}))*/([A-Za-z0-9._:-]+|\\{[A-Za-z0-9._-]+\\+?\\}))$"
  path_parameter = "/\\{[^}]*\\}/"

  # https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
  parameter_pattern = "^[A-Za-z0-9._$-]+$"

  function_names = { for id in keys(var.lambdas) : id => "${var.identifier}-${var.environment}-${id}${var.suffix}" }

  environment_variables = {
    for id, entry in var.lambdas : id => merge(
      # Stack traces name the source and not the bundle. An entry may have options of its own.
      { NODE_OPTIONS = "--enable-source-maps" },
      entry.lambda.environment_variables,
      entry.lambda.parameters,
    )
  }

  aliases = merge([
    for id, entry in var.lambdas : {
      for stage, alias in entry.aliases : "${id}:${stage}" => {
        id          = id
        stage       = stage
        follows     = alias.follows
        description = coalesce(alias.description, alias.follows == "latest" ? "The code as last applied." : "The version that was promoted last.")
      }
    }
  ]...)

  promoted = { for key, alias in local.aliases : key => alias if alias.follows == "promotion" }

  # Where a lambda is in the tree. Keys leave out the names of path parameters: renaming one is then a change of the same
  # resource, not a second one beside it, which API Gateway refuses.
  routes = {
    for id, path in { for id, entry in var.lambdas : id => entry.integration.path } : id => {
      key        = "${var.lambdas[id].integration.method} ${replace(path, local.path_parameter, "{}")}"
      path_key   = replace(path, local.path_parameter, "{}")
      parts      = compact(split("/", path))
      parameters = flatten(regexall("\\{([^}+]+)\\+?\\}", path))
      prefixes = [
        for end in range(1, length(compact(split("/", path))) + 1) :
        replace("/${join("/", slice(compact(split("/", path)), 0, end))}", local.path_parameter, "{}")
      ]
    }
  }

  places = flatten([
    for route in values(local.routes) : [
      for index, path in route.prefixes : {
        path   = path
        parent = index == 0 ? "/" : route.prefixes[index - 1]
        depth  = index + 1
        part   = route.parts[index]
      }
    ]
  ])

  # Lambdas that share a place agree on its name: the validations have seen to that.
  tree = { for path, places in { for place in local.places : place.path => place... } : path => places[0] }

  # Keyed by what API Gateway identifies a method by, so that a lambda can take over another's route in place.
  methods = {
    for id, entry in var.lambdas : local.routes[id].key => {
      id               = id
      path_key         = local.routes[id].path_key
      http_method      = entry.integration.method
      validator        = entry.integration.validator
      has_body_schema  = entry.integration.body_schema != null
      api_key_required = entry.integration.api_key_required
      request_parameters = merge(
        { for name in local.routes[id].parameters : "method.request.path.${name}" => true },
        { for name, parameter in entry.integration.query_parameters : "method.request.querystring.${name}" => parameter.required },
        { for name, parameter in entry.integration.header_parameters : "method.request.header.${name}" => parameter.required },
      )
    }
  }

  # By route and status. A proxy integration answers what it likes: these are for who reads the API's definition.
  method_responses = merge([
    for id, entry in var.lambdas : {
      for status, text in merge(
        # Without a validator the gateway has no request to refuse.
        { for status, text in var.common_responses : status => text if status != "400" || entry.integration.validator != "none" },
        entry.integration.responses,
        ) : "${local.routes[id].key} ${status}" => {
        id          = id
        route       = local.routes[id].key
        status      = status
        description = text
        model = (
          tonumber(status) >= 400 ? "error" :
          status == "200" && entry.integration.response_schema != null ? "${id}/response" : null
        )
      }
    }
  ]...)

  # Model names take letters and digits only: replace-strings becomes ReplaceStringsRequest and ReplaceStringsResponse. An
  # API has a model Error from its creation on, so ours has another name:
  # https://docs.aws.amazon.com/apigateway/api-reference/link-relation/restapi-models/
  models = merge(
    {
      error = {
        name = "ErrorMessage"
        schema = jsonencode({
          title       = "ErrorMessage"
          description = "Why there is no other answer"
          type        = "object"
          required    = ["message"]
          properties  = { message = { type = "string" } }
        })
      }
    },
    {
      for id, entry in var.lambdas : "${id}/request" => {
        name   = "${join("", [for word in split("-", id) : title(word)])}Request"
        schema = jsonencode(jsondecode(entry.integration.body_schema))
      } if entry.integration.body_schema != null
    },
    {
      for id, entry in var.lambdas : "${id}/response" => {
        name   = "${join("", [for word in split("-", id) : title(word)])}Response"
        schema = jsonencode(jsondecode(entry.integration.response_schema))
      } if entry.integration.response_schema != null
    },
  )

  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id
}
