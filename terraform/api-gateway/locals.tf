locals {
  name = "${var.identifier}-${var.environment}${var.suffix}"

  # Of the folders and not of the entries: an entry without a folder then fails in lambda_packages, with its own sentence.
  schema_files = {
    for schema in ["request", "response"] : schema => {
      for id in keys(var.lambda_packages) : id => "${path.module}/../../lambdas/${id}/${schema}.schema.json"
    }
  }
  body_schemas     = { for id, path in local.schema_files.request : id => file(path) if fileexists(path) }
  response_schemas = { for id, path in local.schema_files.response : id => file(path) if fileexists(path) }

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
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
    default_endpoint = var.domain == null
  }
}
