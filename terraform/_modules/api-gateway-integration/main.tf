data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338:How long logs are kept is log_retention_in_days; a year of them is not what everybody wants to pay for.

  for_each = local.function_names

  name              = "/aws/lambda/${each.value}"
  retention_in_days = var.log_retention_in_days
  kms_key_id        = var.encryption_key_arn
}

resource "aws_iam_role" "this" {
  for_each = local.function_names

  name        = each.value
  description = "What the lambda ${each.key} may do."

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# ARNs are put together here, not read from the resources, so that a reviewer sees the whole policy in the plan.
resource "aws_iam_role_policy" "this" {
  for_each = local.function_names

  name = "lambda"
  role = aws_iam_role.this[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/aws/lambda/${each.value}:*"
        },
        {
          # These know no resources: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
          Sid      = "WriteTraces"
          Effect   = "Allow"
          Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
          Resource = "*"
      }],
      length(var.lambdas[each.key].lambda.parameters) == 0 ? [] : [{
        Sid    = "ReadParameters"
        Effect = "Allow"
        Action = ["ssm:GetParameter"]
        Resource = [
          for name in sort(distinct(values(var.lambdas[each.key].lambda.parameters))) :
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter${name}"
        ]
      }],
    )
  })
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_115:The usage plans limit the calls. Reserving concurrency would take it from the other functions of the account.
  #checkov:skip=CKV_AWS_116:API Gateway calls and waits for the answer; a dead letter queue is for calls that nobody waits for.
  #checkov:skip=CKV_AWS_117:It talks to services of AWS only, by TLS, so a network of its own would add cost and slower starts and protect nothing.
  #checkov:skip=CKV_AWS_173:The variables hold names of parameters and no secrets. Lambda encrypts them anyway, by a key of its own.
  #checkov:skip=CKV_AWS_272:The code is the object that the hash in the plan names, in a bucket that only the pipeline may write.

  for_each = local.function_names

  function_name = each.value
  description   = var.lambdas[each.key].lambda.description
  role          = aws_iam_role.this[each.key].arn

  s3_bucket        = var.artifacts_bucket
  s3_key           = var.packages[each.key].key
  source_code_hash = var.packages[each.key].sha256_base64
  publish          = true

  architectures = ["arm64"]
  runtime       = var.lambdas[each.key].lambda.runtime
  handler       = var.lambdas[each.key].lambda.handler
  memory_size   = var.lambdas[each.key].lambda.memory_size
  timeout       = var.lambdas[each.key].lambda.timeout

  environment {
    variables = local.environment_variables[each.key]
  }

  tracing_config {
    mode = "Active"
  }

  # Lambda makes a log group without retention at the first call if there is none yet.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_lambda_alias" "latest" {
  for_each = { for key, alias in local.aliases : key => alias if alias.follows == "latest" }

  name             = each.value.stage
  description      = each.value.description
  function_name    = aws_lambda_function.this[each.value.id].function_name
  function_version = "$LATEST"
}

resource "aws_lambda_alias" "promoted" {
  for_each = local.promoted

  name             = each.value.stage
  description      = each.value.description
  function_name    = aws_lambda_function.this[each.value.id].function_name
  function_version = aws_lambda_function.this[each.value.id].version

  lifecycle {
    # The version above is only where a new alias starts: promotions move it, with weights while they shift.
    ignore_changes = [function_version, routing_config]
  }
}

# One per alias, by qualifier: with the alias in function_name the provider would replace it in every plan.
resource "aws_lambda_permission" "this" {
  for_each = local.aliases

  statement_id  = "AllowApiGatewayStage-${each.value.stage}"
  action        = "lambda:InvokeFunction"
  principal     = "apigateway.amazonaws.com"
  function_name = aws_lambda_function.this[each.value.id].function_name
  qualifier     = each.value.follows == "latest" ? aws_lambda_alias.latest[each.key].name : aws_lambda_alias.promoted[each.key].name

  source_arn = join("/", [
    var.rest_api.execution_arn,
    each.value.stage,
    var.lambdas[each.value.id].integration.method == "ANY" ? "*" : var.lambdas[each.value.id].integration.method,
    trimprefix(replace(var.lambdas[each.value.id].integration.path, "/\\{[^}]*\\}/", "*"), "/"),
  ])
}
