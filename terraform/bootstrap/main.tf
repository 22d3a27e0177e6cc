data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

module "state" {
  source = "../_modules/bucket"

  name = local.state_bucket
}

module "artifacts" {
  source = "../_modules/bucket"

  name = local.artifacts_bucket
}

# One image per commit, which goes through the environments by its digest.
module "images" {
  source = "../_modules/image-repository"

  name        = "${var.identifier}-service"
  kept_images = var.kept_images
}

resource "aws_ssm_parameter" "this" {
  #checkov:skip=CKV2_AWS_34:Names of buckets and repositories are no secret.
  for_each = local.parameters

  name           = each.key
  description    = each.value.description
  type           = "String"
  insecure_value = each.value.value
}

# Without it AWS refuses stages that log. There is one per account and region.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
resource "aws_iam_role" "api_gateway_logs" {
  name        = "${var.identifier}-api-gateway-logs-${local.region}"
  description = "API Gateway writes the logs of this account's APIs."
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "apigateway.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy_attachment" "api_gateway_logs" {
  role       = aws_iam_role.api_gateway_logs.name
  policy_arn = "arn:${local.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.api_gateway_logs.arn

  # API Gateway tries it out.
  depends_on = [aws_iam_role_policy_attachment.api_gateway_logs]
}
