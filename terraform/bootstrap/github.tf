# No thumbprint: AWS checks GitHub's certificate by its own list of authorities.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
resource "aws_iam_openid_connect_provider" "github" {
  count = var.oidc_provider_arn == null ? 1 : 0

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

# Pull requests, the merge queue, the schedule, and the plan that main makes before it applies: jobs without an environment.
module "plan_role" {
  source = "../_modules/github-role"

  name         = "${var.identifier}-plan"
  description  = "Plans: reads what is there and changes nothing."
  provider_arn = local.provider_arn
  repository   = local.repository
  contexts     = ["pull_request", "ref:${local.main_ref}", "ref:refs/heads/gh-readonly-queue/${var.default_branch}/*"]
  policies = {
    read  = local.read_policy
    state = local.read_state_policy
  }

  depends_on = [aws_iam_openid_connect_provider.github]
}

# One per environment, so that a job that may change test cannot change production. Only what is on the default branch gets it,
# whatever the environment's own rules are.
module "apply_role" {
  source   = "../_modules/github-role"
  for_each = var.environments

  name         = "${var.identifier}-apply-${each.key}"
  description  = "Applies what is merged to the environment ${each.key}."
  provider_arn = local.provider_arn
  repository   = local.repository
  contexts     = ["environment:${each.key}"]
  claims       = { environment = each.key, ref = local.main_ref }
  policies = {
    read   = local.read_policy
    change = local.apply_policies[each.key]
    # Beside what is allowed, in a policy of its own, so that it is seen.
    never = local.protect_policy
  }

  depends_on = [aws_iam_openid_connect_provider.github]
}

module "deploy_role" {
  source   = "../_modules/github-role"
  for_each = var.environments

  name         = "${var.identifier}-deploy-${each.key}"
  description  = "Publishes, promotes and releases in the environment ${each.key}."
  provider_arn = local.provider_arn
  repository   = local.repository
  contexts     = ["environment:${each.key}"]
  claims       = { environment = each.key, ref = local.main_ref }
  policies     = { deploy = local.deploy_policies[each.key] }

  depends_on = [aws_iam_openid_connect_provider.github]
}
