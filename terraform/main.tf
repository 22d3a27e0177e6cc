data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# Made by bootstrap/, which all environments share.
data "aws_ssm_parameter" "artifacts_bucket" {
  name = "/terraform/artifacts/bucket"
}

data "aws_route53_zone" "this" {
  count = var.domain == null ? 0 : 1

  name = var.domain.zone_name
}

module "encryption_key" {
  source = "./_modules/encryption-key"

  name = local.name
}

module "notifications" {
  source = "./_modules/notifications"

  name               = local.name
  emails             = var.alarm_emails
  encryption_key_arn = module.encryption_key.arn
}

module "waf" {
  source = "./_modules/waf"

  name                  = local.name
  rate_limit            = var.waf.rate_limit
  max_body_bytes        = var.waf.max_body_bytes
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = module.encryption_key.arn
}

resource "aws_ssm_parameter" "strings_mapping" {
  #checkov:skip=CKV2_AWS_34:It is no secret; reviewers have to see it in the plan.

  name        = "/${var.identifier}/${var.environment}${var.suffix}/strings-mapping"
  description = "What is replaced by what, as a JSON object."
  type        = "String"
  # Larger ones cost money, and go back to being small only by being replaced.
  tier = length(jsonencode(local.strings_mapping)) > 4000 ? "Advanced" : "Standard"
  # Not a secret: reviewers have to see it in the plan.
  insecure_value = jsonencode(local.strings_mapping)

  # Of what is used, whether it comes from the file or from the variable.
  lifecycle {
    precondition {
      condition     = length(local.strings_mapping) > 0 && alltrue([for key in keys(local.strings_mapping) : trimspace(key) != ""])
      error_message = "The map of replacements (strings-mapping.json) must have at least one entry, and no entry without a text to replace."
    }

    precondition {
      condition     = alltrue([for keys in values({ for key in keys(local.strings_mapping) : lower(key) => key... }) : length(keys) == 1])
      error_message = join("\n", [for keys in values({ for key in keys(local.strings_mapping) : lower(key) => key... }) : "The map of replacements (strings-mapping.json) has ${join(" and ", keys)}, which are the same text since case does not count: keep one." if length(keys) > 1])
    }

    # The limit of an advanced parameter: https://docs.aws.amazon.com/general/latest/gr/ssm.html
    precondition {
      condition     = length(base64encode(jsonencode(local.strings_mapping))) / 4 * 3 <= 8192
      error_message = "The map of replacements (strings-mapping.json) must be 8192 bytes of JSON at most, which is what an SSM parameter holds."
    }
  }
}

module "api_gateway" {
  source = "./api-gateway"
  count  = contains(var.architectures, "api-gateway") ? 1 : 0

  identifier  = var.identifier
  environment = var.environment
  suffix      = var.suffix

  artifacts_bucket               = data.aws_ssm_parameter.artifacts_bucket.insecure_value
  lambda_packages                = var.lambda_packages
  strings_mapping_parameter_name = aws_ssm_parameter.strings_mapping.name
  stages                         = var.stages
  domain                         = var.domain == null ? null : { name = local.api_name, zone_id = data.aws_route53_zone.this[0].zone_id }

  log_retention_in_days   = var.log_retention_in_days
  encryption_key_arn      = module.encryption_key.arn
  web_acl_arn             = module.waf.arn
  alarm_topic_arn         = module.notifications.topic_arn
  stage_alarm_thresholds  = var.stage_alarm_thresholds
  lambda_alarm_thresholds = var.lambda_alarm_thresholds
}

moved {
  from = module.api_gateway
  to   = module.api_gateway[0]
}

module "network" {
  source = "./_modules/network"
  count  = local.has_fargate ? 1 : 0

  name                  = local.name
  cidr                  = var.network.cidr
  zones                 = var.network.zones
  nat                   = var.network.nat
  interface_endpoints   = var.network.interface_endpoints
  flow_logs             = var.network.flow_logs
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = module.encryption_key.arn
}

# Made by bootstrap/, as the artifacts bucket is: one image per commit, for all environments.
data "aws_ssm_parameter" "image_repository" {
  count = local.has_fargate ? 1 : 0

  name = "/terraform/images/service"
}

data "aws_ecr_repository" "service" {
  count = local.has_fargate ? 1 : 0

  name = data.aws_ssm_parameter.image_repository[0].insecure_value
}

module "fargate" {
  source = "./fargate"
  count  = local.has_fargate ? 1 : 0

  identifier  = var.identifier
  environment = var.environment
  suffix      = var.suffix

  network                   = module.network[0]
  domain                    = var.domain == null ? null : { name = local.service_name, zone_id = data.aws_route53_zone.this[0].zone_id }
  web_acl_arn               = module.waf.arn
  image_repository          = { arn = data.aws_ecr_repository.service[0].arn, url = data.aws_ecr_repository.service[0].repository_url }
  repository                = var.repository
  connection_arn            = var.connection_arn
  artifacts_bucket          = data.aws_ssm_parameter.artifacts_bucket.insecure_value
  strings_mapping_parameter = { name = aws_ssm_parameter.strings_mapping.name, arn = aws_ssm_parameter.strings_mapping.arn }
  build_parameter_arns      = ["arn:${data.aws_partition.current.partition}:ssm:${data.aws_region.current.id}:${data.aws_caller_identity.current.account_id}:parameter/terraform/images/*"]

  service               = var.service
  alarm_thresholds      = var.service_alarm_thresholds
  alarm_topic_arn       = module.notifications.topic_arn
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = module.encryption_key.arn
}

module "dashboard" {
  source = "./_modules/dashboard"

  name = local.name
  sections = concat(
    flatten(module.api_gateway[*].dashboard_sections),
    flatten(module.fargate[*].dashboard_sections),
    [{ title = "Firewall", widgets = local.waf_widgets }],
  )
}

# Named by the environment alone, as the state is: that is all that a promotion or a release is told.
resource "aws_ssm_parameter" "deploy_targets" {
  #checkov:skip=CKV2_AWS_34:It is no secret; reviewers have to see it in the plan.

  name        = "/terraform/${var.environment}/deploy-targets"
  description = "What a promotion and a release move in ${var.environment}, as a JSON object."
  type        = "String"
  # Larger ones cost money, and go back to being small only by being replaced.
  tier           = length(jsonencode(local.deploy_targets)) > 4000 ? "Advanced" : "Standard"
  insecure_value = jsonencode(local.deploy_targets)

  # The limit of an advanced parameter: https://docs.aws.amazon.com/general/latest/gr/ssm.html
  lifecycle {
    precondition {
      condition     = length(base64encode(jsonencode(local.deploy_targets))) / 4 * 3 <= 8192
      error_message = "The names of what is deployed in ${var.environment} must be 8192 bytes of JSON at most, which is what an SSM parameter holds: shorten the ids of the lambdas in api-gateway/lambdas.tf, or the identifier."
    }
  }
}
