output "plan_role_arn" {
  description = "ARN of the role that plans."
  value       = module.plan_role.arn
}

output "apply_role_arns" {
  description = "ARN of the role that applies, by environment."
  value       = { for environment, role in module.apply_role : environment => role.arn }
}

output "deploy_role_arns" {
  description = "ARN of the role that publishes, promotes and releases, by environment."
  value       = { for environment, role in module.deploy_role : environment => role.arn }
}

output "state_bucket" {
  description = "Name of the bucket that holds Terraform's state."
  value       = module.state.name
}

output "artifacts_bucket" {
  description = "Name of the bucket that holds the lambdas' packages."
  value       = module.artifacts.name
}

output "image_repository" {
  description = "Name of the service's image repository."
  value       = module.images.name
}

output "github" {
  description = "What the workflows read: variables of the repository, and of each of its environments, by name."
  value = {
    repository = var.repository
    variables = merge(
      { AWS_REGION = local.region },
      # Jobs that plan have no environment at GitHub, so where accounts differ the variable's name has to.
      length(var.environments) == 3 ? { PLAN_ROLE_ARN = module.plan_role.arn } : { for environment in var.environments : "PLAN_ROLE_ARN_${upper(environment)}" => module.plan_role.arn },
    )
    environments = {
      for environment in var.environments : environment => {
        APPLY_ROLE_ARN  = module.apply_role[environment].arn
        DEPLOY_ROLE_ARN = module.deploy_role[environment].arn
      }
    }
  }
}
