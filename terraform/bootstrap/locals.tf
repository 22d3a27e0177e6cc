locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # There is one bucket of a name in the world.
  state_bucket     = "terraform-statefiles-${local.account_id}-${local.region}"
  artifacts_bucket = "terraform-artifacts-${local.account_id}-${local.region}"

  # By name, so that the first plan shows all of every policy.
  state_arn     = "arn:${local.partition}:s3:::${local.state_bucket}"
  artifacts_arn = "arn:${local.partition}:s3:::${local.artifacts_bucket}"
  images_arn    = "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/${var.identifier}-service"

  # What the roots and actions look up, so that nothing has to be configured twice.
  parameters = merge(
    {
      "/terraform/statefiles/bucket" = { value = module.state.name, description = "Bucket that holds Terraform's state, one key per environment." }
      "/terraform/artifacts/bucket"  = { value = module.artifacts.name, description = "Bucket that holds the lambdas' packages." }
      "/terraform/images/service"    = { value = module.images.name, description = "Image repository of the service." }
    },
    var.base_image == null ? {} : {
      "/terraform/images/base" = { value = var.base_image, description = "What images of the service are made of, in the place of the Dockerfile's base image." }
    },
  )

  # In an account that has it already, it is not made again: there can be only one.
  provider_arn = coalesce(var.oidc_provider_arn, "arn:${local.partition}:iam::${local.account_id}:oidc-provider/token.actions.githubusercontent.com")

  repository = {
    name     = var.repository
    id       = var.repository_id
    owner_id = var.repository_owner_id
  }
  main_ref = "refs/heads/${var.default_branch}"
}
