locals {
  name = "${var.identifier}-${var.environment}${var.suffix}"

  # In git as a file of its own, which people who do not know Terraform can change.
  strings_mapping = var.strings_mapping != null ? var.strings_mapping : jsondecode(file("${path.module}/strings-mapping.json"))

  # Production has the plain name. A label more for the others would need a certificate for each depth.
  api_name = var.domain == null ? null : coalesce(
    var.domain.api_name,
    var.environment == "production" ? "api${var.suffix}.${var.domain.zone_name}" : "api-${var.environment}${var.suffix}.${var.domain.zone_name}",
  )

  service_name = var.domain == null ? null : coalesce(
    var.domain.service_name,
    var.environment == "production" ? "service${var.suffix}.${var.domain.zone_name}" : "service-${var.environment}${var.suffix}.${var.domain.zone_name}",
  )

  has_fargate = contains(var.architectures, "fargate")

  # What the actions deploy to; they read this from SSM, so that they need no access to the state, in the shape that
  # actions/lib/aws/deploy-targets.ts checks. What is not deployed is null.
  deploy_targets = {
    lambdas            = { for id, lambda in try(module.api_gateway[0].lambdas, {}) : id => { function_name = lambda.function_name } }
    lambda_application = one(module.api_gateway[*].lambda_application)
    api = one([for api in module.api_gateway : {
      rest_api_id = api.rest_api_id
      endpoint    = api.api_endpoint
      api_keys    = api.api_key_ids
    }])
    service = one([for service in module.fargate : {
      pipeline           = service.release.pipeline
      cluster            = service.release.cluster
      service            = service.release.service
      build_project      = service.release.project
      deploy_application = service.release.application
      deploy_group       = service.release.deployment_group
    }])
  }

  # https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
  waf_widgets = [
    for widget in [
      { title = "Requests that the firewall let through and refused", metrics = { "let through" = ["AllowedRequests", "ALL"], refused = ["BlockedRequests", "ALL"] } },
      { title = "Refused, by rule", metrics = { for rule in module.waf.rules : rule => ["BlockedRequests", rule] } },
      { title = "Counted only, by rule", metrics = { for rule in module.waf.rules : rule => ["CountedRequests", rule] } },
      ] : {
      title = widget.title
      stat  = "Sum"
      unit  = "requests"
      metrics = [
        for label, metric in widget.metrics : {
          namespace  = "AWS/WAFV2"
          name       = metric[0]
          dimensions = { WebACL = module.waf.name, Rule = metric[1], Region = data.aws_region.current.id }
          label      = label
        }
      ]
    }
  ]
}
