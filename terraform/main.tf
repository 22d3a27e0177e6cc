# Made by bootstrap/, which all environments share.
data "aws_ssm_parameter" "artifacts_bucket" {
  name = "/terraform/artifacts/bucket"
}

module "api_gateway" {
  source = "./api-gateway"

  identifier  = var.identifier
  environment = var.environment
  suffix      = var.suffix

  artifacts_bucket      = data.aws_ssm_parameter.artifacts_bucket.insecure_value
  lambda_packages       = var.lambda_packages
  strings_mapping       = local.strings_mapping
  stages                = var.stages
  log_retention_in_days = var.log_retention_in_days
}

# Named by the environment alone, as the state is: that is all that a promotion is told.
resource "aws_ssm_parameter" "deploy_targets" {
  name           = "/terraform/${var.environment}/deploy-targets"
  description    = "What a promotion moves in ${var.environment}, as a JSON object."
  type           = "String"
  insecure_value = jsonencode(local.deploy_targets)
}
