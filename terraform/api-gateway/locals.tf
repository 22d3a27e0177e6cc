locals {
  name = "${var.identifier}-${var.environment}${var.suffix}"

  # Of the folders and not of the entries: an entry without a folder then fails in lambda_packages, with its own sentence.
  body_schema_files = { for id in keys(var.lambda_packages) : id => "${path.module}/../../lambdas/${id}/request.schema.json" }
  body_schemas      = { for id, path in local.body_schema_files : id => file(path) if fileexists(path) }

  strings_mapping                = jsonencode(var.strings_mapping)
  strings_mapping_parameter_name = "/${var.identifier}/${var.environment}${var.suffix}/strings-mapping"

  request_validators = {
    body-only   = { body = true, parameters = false }
    params-only = { body = false, parameters = true }
    all         = { body = true, parameters = true }
    none        = { body = false, parameters = false }
  }

  # Everything that shapes what the stages answer, and nothing else: a change here is deployed, others (a tag, the
  # lambdas' code) are not. Scalars of the configuration, because attributes that a resource only has after its creation
  # would cause a second deployment.
  redeployment = {
    request_validators = local.request_validators
    gateway_responses  = local.gateway_responses
    methods            = module.integrations.redeployment
  }
}
