# What people read about the API: the texts of the map, in the places that API Gateway has for them. What a part may say is
# what OpenAPI knows for that place:
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-documenting-api-content-representation.html

locals {
  documented_methods = {
    for id, entry in var.lambdas : id => {
      method = entry.integration.method
      path   = entry.integration.path
      texts = merge(
        { summary = coalesce(entry.integration.summary, title(replace(id, "-", " "))) },
        entry.integration.description == null ? {} : { description = entry.integration.description },
        # The methods below one first part of a path belong together.
        length(local.routes[id].parts) == 0 ? {} : { tags = [local.routes[id].parts[0]] },
      )
    }
  }

  documented_parameters = flatten([
    for id, entry in var.lambdas : [
      for type, parameters in {
        PATH_PARAMETER  = { for name, parameter in entry.integration.path_parameters : name => parameter.description }
        QUERY_PARAMETER = { for name, parameter in entry.integration.query_parameters : name => parameter.description }
        REQUEST_HEADER  = { for name, parameter in entry.integration.header_parameters : name => parameter.description }
        } : [
        for name, text in parameters : {
          type   = type
          method = entry.integration.method
          path   = entry.integration.path
          name   = name
          texts  = { description = text }
        } if text != null
      ]
    ]
  ])

  documented_bodies = [
    for id, entry in var.lambdas : {
      type   = "REQUEST_BODY"
      method = entry.integration.method
      path   = entry.integration.path
      texts  = { description = jsondecode(entry.integration.body_schema).description }
    } if can(jsondecode(entry.integration.body_schema).description)
  ]

  documented_responses = [
    for response in values(local.method_responses) : {
      type   = "RESPONSE"
      method = var.lambdas[response.id].integration.method
      path   = var.lambdas[response.id].integration.path
      status = response.status
      texts  = { description = response.description }
    }
  ]

  documented_models = [
    for model in values(local.models) : {
      type  = "MODEL"
      name  = model.name
      texts = { description = jsondecode(model.schema).description }
    } if can(jsondecode(model.schema).description)
  ]

  # By place, which is what API Gateway knows a part by: a new text changes a part, another place is another part.
  documentation = {
    for part in concat(
      [for method in values(local.documented_methods) : merge(method, { type = "METHOD" })],
      local.documented_parameters,
      local.documented_bodies,
      local.documented_responses,
      local.documented_models,
      ) : join(" ", compact([part.type, try(part.method, ""), try(part.path, ""), try(part.status, ""), try(part.name, "")])) => {
      type       = part.type
      method     = try(part.method, null)
      path       = try(part.path, null)
      status     = try(part.status, null)
      name       = try(part.name, null)
      properties = jsonencode(part.texts)
    }
  }
}

resource "aws_api_gateway_documentation_part" "this" {
  for_each = local.documentation

  rest_api_id = var.rest_api.id
  properties  = each.value.properties

  location {
    type        = each.value.type
    method      = each.value.method
    path        = each.value.path
    status_code = each.value.status
    name        = each.value.name
  }
}
