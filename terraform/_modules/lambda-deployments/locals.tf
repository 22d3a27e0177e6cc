locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  application_name = "${var.name}-lambdas"

  # ARNs are put together, not read from the resources, so that a reviewer sees the whole policy in the plan.
  function_arns = {
    for id, lambda in var.lambdas : id => "arn:${local.partition}:lambda:${local.region}:${local.account_id}:function:${lambda.function_name}"
  }

  aliases = merge([
    for id, lambda in var.lambdas : {
      for alias in lambda.aliases : "${id}:${alias}" => {
        id         = id
        alias      = alias
        arn        = "${local.function_arns[id]}:${alias}"
        alarm_name = "${lambda.function_name}-${alias}-shift-errors"
        dimensions = { FunctionName = lambda.function_name, Resource = "${lambda.function_name}:${alias}", ExecutedVersion = lambda.version }
      }
    }
  ]...)
}
