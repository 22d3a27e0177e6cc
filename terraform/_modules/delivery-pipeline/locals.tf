locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  connection_arn = var.connection_arn != null ? var.connection_arn : one(aws_codestarconnections_connection.this[*].arn)

  # CodePipeline puts what it keeps below the pipeline's name, of which it takes the first 20 characters.
  # https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts.html#concepts-artifacts
  artifacts_arn = "arn:${local.partition}:s3:::${var.artifacts_bucket}/${substr(local.pipeline_name, 0, 20)}/*"
  pipeline_name = "${var.name}-service"

  codedeploy_arn = "arn:${local.partition}:codedeploy:${local.region}:${local.account_id}"
  ecs_arn        = "arn:${local.partition}:ecs:${local.region}:${local.account_id}"

  assume = {
    for service in ["codepipeline", "codebuild", "codedeploy"] : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = { StringEquals = { "aws:SourceAccount" = local.account_id } }
      }]
    })
  }
}
