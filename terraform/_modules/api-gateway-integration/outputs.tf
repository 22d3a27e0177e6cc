output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value = {
    for id, name in local.function_names : id => {
      function_name = name
      aliases       = { for alias in values(local.aliases) : alias.stage => alias.follows if alias.id == id }
    }
  }

  depends_on = [aws_lambda_alias.latest, aws_lambda_alias.promoted]
}

output "redeployment" {
  description = "Fingerprint of everything here that shapes the API's behaviour: a change of it must be deployed to the stages."

  # Of the configuration and not of whole resources: some of their attributes are only known after the first apply, and
  # would cause a second deployment. The code is left out, since a stage reaches it through the alias.
  value = sha256(jsonencode({
    methods = { for route, method in local.methods : route => merge(method, {
      path          = var.lambdas[method.id].integration.path
      function_name = local.function_names[method.id]
    }) }
    models = local.models
  }))

  # Whoever deploys has to wait for these, and for nothing else.
  depends_on = [aws_api_gateway_integration.this, aws_api_gateway_method.this, aws_api_gateway_model.this]
}
