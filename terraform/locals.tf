locals {
  strings_mapping = jsondecode(file("${path.module}/strings-mapping.json"))

  # What the promote action moves; it reads this from SSM, so that it needs no access to the state.
  deploy_targets = {
    lambdas = { for id, lambda in module.api_gateway.lambdas : id => { function_name = lambda.function_name } }
  }
}
