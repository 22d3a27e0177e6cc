data "aws_region" "current" {}

module "certificate" {
  source = "../_modules/certificate"
  count  = var.domain == null ? 0 : 1

  domain_name = var.domain.name
  zone_id     = var.domain.zone_id
}

module "load_balancer" {
  source = "../_modules/load-balancer"

  name                = local.name
  vpc_id              = var.network.vpc_id
  vpc_cidr            = var.network.cidr
  subnet_ids          = var.network.public_subnet_ids
  https               = var.domain != null
  certificate_arn     = one(module.certificate[*].arn)
  web_acl_arn         = var.web_acl_arn
  allowed_cidrs       = var.service.allowed_cidrs
  test_listener_cidrs = var.service.test_listener_cidrs
  idle_timeout        = local.idle_timeout
  deletion_protection = coalesce(var.service.deletion_protection, var.environment == "production")
}

# An alias and not a CNAME: it costs nothing, and it may be the zone's own name too.
resource "aws_route53_record" "this" {
  count = var.domain == null ? 0 : 1

  zone_id = var.domain.zone_id
  name    = var.domain.name
  type    = "A"

  alias {
    name                   = module.load_balancer.dns_name
    zone_id                = module.load_balancer.zone_id
    evaluate_target_health = false
  }
}

module "service" {
  source = "../_modules/container-service"

  name                 = local.name
  image                = "${var.image_repository.url}:initial"
  image_repository_arn = var.image_repository.arn
  vpc_id               = var.network.vpc_id
  subnets              = var.network.task_subnets
  load_balancer        = module.load_balancer

  cpu                 = var.service.cpu
  memory              = var.service.memory
  architecture        = var.service.architecture
  capacity_provider   = var.service.capacity_provider
  min_count           = var.service.min_count
  max_count           = var.service.max_count
  utilization_targets = var.service.utilization_targets
  cooldown            = var.service.cooldown
  api_key             = var.service.api_key
  container_insights  = var.service.container_insights

  environment = {
    AWS_REGION                     = data.aws_region.current.id
    STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter.name
    LOG_LEVEL                      = var.service.log_level
    RATE_LIMIT_PER_MINUTE          = tostring(var.service.rate_limit_per_minute)
    # Longer than the load balancer's, or it would send requests into connections that are being closed.
    KEEP_ALIVE_TIMEOUT_SECONDS = tostring(local.idle_timeout + 15)
  }
  parameters_to_read = [var.strings_mapping_parameter.arn]

  alarm_thresholds      = var.alarm_thresholds
  alarm_topic_arn       = var.alarm_topic_arn
  log_retention_in_days = var.log_retention_in_days
  encryption_key_arn    = var.encryption_key_arn
}

module "pipeline" {
  source = "../_modules/delivery-pipeline"

  name                 = local.name
  repository           = var.repository
  branch               = var.branch
  connection_arn       = var.connection_arn
  artifacts_bucket     = var.artifacts_bucket
  image_repository_arn = var.image_repository.arn
  parameters_to_read   = var.build_parameter_arns

  service                     = module.service
  load_balancer               = module.load_balancer
  deployment_config           = var.service.deployment_config
  termination_wait_in_minutes = var.service.termination_wait_in_minutes
  alarm_names                 = module.service.release_alarm_names

  notification_topic_arn = var.alarm_topic_arn
  log_retention_in_days  = var.log_retention_in_days
  encryption_key_arn     = var.encryption_key_arn
}

# https://docs.aws.amazon.com/autoscaling/application/userguide/monitor-automatic-scaling.html
resource "aws_cloudwatch_event_rule" "scaling" {
  name        = "${local.name}-service-scaling"
  description = "The service has as many tasks as it may have, and would need more."
  event_pattern = jsonencode({
    source      = ["aws.application-autoscaling"]
    detail-type = ["Application Auto Scaling Scaling Activity State Change"]
    detail      = { resourceId = ["service/${module.service.cluster_name}/${module.service.service_name}"] }
  })
}

resource "aws_cloudwatch_event_target" "scaling" {
  rule = aws_cloudwatch_event_rule.scaling.name
  arn  = var.alarm_topic_arn
}
