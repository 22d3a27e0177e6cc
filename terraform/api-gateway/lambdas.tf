# One entry per folder in lambdas/. What an entry may say, and what it gets when it does not, is in the variable "lambdas"
# of the module api-gateway-integration. The JSON schema of a body is the folder's request.schema.json.
locals {
  lambdas = {
    "replace-strings" = {
      lambda = {
        description = "Replaces the texts of the map by their counterparts."
        memory_size = 256
        timeout     = 10
        parameters  = { STRINGS_MAPPING_PARAMETER_NAME = local.strings_mapping_parameter_name }
      }
      integration = {
        method    = "POST"
        path      = "/string/replace"
        validator = "body-only"
      }
      aliases = {
        test = { follows = "latest" }
        prod = { follows = "promotion" }
      }
    }
  }
}
