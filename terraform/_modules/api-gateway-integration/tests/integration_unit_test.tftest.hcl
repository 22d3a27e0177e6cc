mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  rest_api = {
    id               = "a1b2c3d4e5"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
  }
  request_validators = { all = "id-of-all", body-only = "id-of-body-only", params-only = "id-of-params-only", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages = {
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one" }
    read-mapping    = { key = "lambdas/read-mapping-1.zip", sha256_base64 = "two" }
    write-mapping   = { key = "lambdas/write-mapping-1.zip", sha256_base64 = "three" }
    start           = { key = "lambdas/start-1.zip", sha256_base64 = "four" }
    files           = { key = "lambdas/files-1.zip", sha256_base64 = "five" }
  }
  log_retention_in_days = 7

  lambdas = {
    replace-strings = {
      lambda = {
        description           = "Replaces."
        memory_size           = 512
        timeout               = 20
        environment_variables = { LOG_LEVEL = "INFO" }
        parameters            = { MAPPING = "/rest-api/test/mapping" }
      }
      integration = {
        method      = "POST"
        path        = "/string/replace"
        validator   = "body-only"
        body_schema = "{ \"type\": \"object\" }"
      }
      aliases = {
        test = { follows = "latest", description = "Newest." }
        prod = {}
      }
    }
    read-mapping = {
      integration = {
        method            = "GET"
        path              = "/string/mappings/{name}"
        validator         = "params-only"
        query_parameters  = { language = { required = true } }
        header_parameters = { X-Trace = {} }
      }
    }
    write-mapping = { integration = { method = "PUT", path = "/string/mappings/{name}" } }
    start         = { integration = { method = "GET", path = "/", validator = "none", api_key_required = false } }
    files         = { integration = { method = "ANY", path = "/files/a/b/c/{rest+}" } }
  }
}

run "functions" {
  assert {
    condition     = aws_lambda_function.this["replace-strings"].function_name == "rest-api-test-replace-strings"
    error_message = "A function is named by identifier, environment and id."
  }

  assert {
    condition = (
      aws_lambda_function.this["replace-strings"].s3_bucket == "artifacts" &&
      aws_lambda_function.this["replace-strings"].s3_key == "lambdas/replace-strings-1.zip" &&
      aws_lambda_function.this["replace-strings"].source_code_hash == "one"
    )
    error_message = "The code is the object that the package names, and a new hash updates the function."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.publish])
    error_message = "Every change is published as a version, which is what a promotion chooses from."
  }

  assert {
    condition = (
      aws_lambda_function.this["start"].runtime == "nodejs22.x" &&
      aws_lambda_function.this["start"].handler == "index.handler" &&
      aws_lambda_function.this["start"].memory_size == 256 &&
      aws_lambda_function.this["start"].timeout == 10 &&
      contains(aws_lambda_function.this["start"].architectures, "arm64") &&
      aws_lambda_function.this["start"].environment[0].variables == tomap({ NODE_OPTIONS = "--enable-source-maps" })
    )
    error_message = "An entry that says nothing about its lambda gets the defaults."
  }

  assert {
    condition = (
      aws_lambda_function.this["replace-strings"].memory_size == 512 &&
      aws_lambda_function.this["replace-strings"].timeout == 20 &&
      aws_lambda_function.this["replace-strings"].description == "Replaces."
    )
    error_message = "What an entry says about its lambda wins over the defaults."
  }

  assert {
    condition = aws_lambda_function.this["replace-strings"].environment[0].variables == tomap({
      LOG_LEVEL    = "INFO"
      MAPPING      = "/rest-api/test/mapping"
      NODE_OPTIONS = "--enable-source-maps"
    })
    error_message = "A function gets its variables, the names of its parameters, and stack traces that name the source."
  }

  assert {
    condition     = alltrue([for function in aws_lambda_function.this : function.tracing_config[0].mode == "Active"])
    error_message = "Calls are traced."
  }

  assert {
    condition = (
      aws_cloudwatch_log_group.this["replace-strings"].name == "/aws/lambda/rest-api-test-replace-strings" &&
      alltrue([for group in aws_cloudwatch_log_group.this : group.retention_in_days == 7 && group.kms_key_id == var.encryption_key_arn])
    )
    error_message = "Every function's log group exists beforehand, encrypted, with the retention that was asked for."
  }
}

run "node_options_of_its_own" {
  command = plan

  variables {
    lambdas = {
      start = {
        lambda      = { environment_variables = { NODE_OPTIONS = "--max-old-space-size=200" } }
        integration = { method = "GET", path = "/", validator = "none" }
      }
    }
  }

  assert {
    condition     = aws_lambda_function.this["start"].environment[0].variables["NODE_OPTIONS"] == "--max-old-space-size=200"
    error_message = "An entry can set Node's options itself."
  }
}

run "roles_have_least_privilege" {
  assert {
    condition = jsondecode(aws_iam_role_policy.this["replace-strings"].policy).Statement == [
      {
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/rest-api-test-replace-strings:*"
      },
      {
        Sid      = "WriteTraces"
        Effect   = "Allow"
        Action   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
        Resource = "*"
      },
      {
        Sid      = "ReadParameters"
        Effect   = "Allow"
        Action   = ["ssm:GetParameter"]
        Resource = ["arn:aws:ssm:eu-west-1:123456789012:parameter/rest-api/test/mapping"]
      },
    ]
    error_message = "A function may write its own logs and its traces and read its own parameters, and nothing else."
  }

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.this["start"].policy).Statement : statement.Sid] == ["WriteOwnLogs", "WriteTraces"]
    error_message = "A function without parameters may read none."
  }

  assert {
    condition = alltrue([
      for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement == [
        { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }
      ]
    ])
    error_message = "Only Lambda may assume the roles."
  }
}

run "aliases" {
  assert {
    condition = (
      toset(keys(aws_lambda_alias.latest)) == toset([for id in keys(var.lambdas) : "${id}:test"]) &&
      alltrue([for alias in aws_lambda_alias.latest : alias.name == "test" && alias.function_version == "$LATEST"])
    )
    error_message = "By default the alias test of every lambda follows the code as last applied."
  }

  assert {
    condition = (
      toset(keys(aws_lambda_alias.promoted)) == toset([for id in keys(var.lambdas) : "${id}:prod"]) &&
      alltrue([for alias in aws_lambda_alias.promoted : alias.name == "prod" && alias.function_version == "1"])
    )
    error_message = "By default the alias prod of every lambda starts at a published version."
  }

  assert {
    condition     = aws_lambda_alias.latest["replace-strings:test"].description == "Newest."
    error_message = "An alias can have a description of its own."
  }

  assert {
    condition = output.lambdas["replace-strings"] == {
      function_name = "rest-api-test-replace-strings"
      aliases       = { test = "latest", prod = "promotion" }
    }
    error_message = "The output names the function and what its aliases follow."
  }

  assert {
    condition     = output.promoted == { for id, name in local.function_names : id => { function_name = name, version = "1", aliases = ["prod"] } }
    error_message = "Whoever shifts aliases learns which do not follow the newest code, and what there is at first."
  }
}

run "permissions" {
  assert {
    condition = toset(keys(aws_lambda_permission.this)) == toset(flatten([
      for id in keys(var.lambdas) : [for stage in keys(var.stages) : "${id}:${stage}"]
    ]))
    error_message = "Every stage may call its alias of every lambda."
  }

  assert {
    condition = alltrue([
      for key, permission in aws_lambda_permission.this :
      permission.function_name == "rest-api-test-${split(":", key)[0]}" && permission.qualifier == split(":", key)[1]
    ])
    error_message = "A permission names the alias in its qualifier, not in the function's name."
  }

  assert {
    condition     = aws_lambda_permission.this["replace-strings:prod"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/prod/POST/string/replace"
    error_message = "A permission is for one stage, method and path."
  }

  assert {
    condition     = aws_lambda_permission.this["read-mapping:test"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/test/GET/string/mappings/*"
    error_message = "A path parameter is a wildcard in the permission."
  }

  assert {
    condition = (
      aws_lambda_permission.this["files:test"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/test/*/files/a/b/c/*" &&
      aws_lambda_permission.this["start:test"].source_arn == "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5/test/GET/"
    )
    error_message = "Any method is a wildcard, and the root path is an empty one."
  }
}

run "resource_tree" {
  assert {
    condition     = toset(keys(aws_api_gateway_resource.level_1)) == toset(["/string", "/files"])
    error_message = "Paths that begin alike share their first resource, and the root path has none."
  }

  assert {
    condition     = toset(keys(aws_api_gateway_resource.level_2)) == toset(["/string/replace", "/string/mappings", "/files/a"])
    error_message = "The second level holds every second part once."
  }

  assert {
    condition = (
      aws_api_gateway_resource.level_3["/string/mappings/{}"].path_part == "{name}" &&
      aws_api_gateway_resource.level_3["/string/mappings/{}"].parent_id == aws_api_gateway_resource.level_2["/string/mappings"].id
    )
    error_message = "A path parameter hangs below its parent, under an address that does not hold its name."
  }

  assert {
    condition = (
      aws_api_gateway_resource.level_1["/files"].parent_id == "root" &&
      aws_api_gateway_resource.level_4["/files/a/b/c"].parent_id == aws_api_gateway_resource.level_3["/files/a/b"].id &&
      aws_api_gateway_resource.level_5["/files/a/b/c/{}"].path_part == "{rest+}"
    )
    error_message = "Paths can have five parts, the last one for the rest of the path."
  }
}

run "suffix_is_in_every_name" {
  variables {
    suffix = "-2"
  }

  assert {
    condition = (
      aws_lambda_function.this["start"].function_name == "rest-api-test-start-2" &&
      aws_iam_role.this["start"].name == "rest-api-test-start-2" &&
      aws_cloudwatch_log_group.this["start"].name == "/aws/lambda/rest-api-test-start-2"
    )
    error_message = "A second deployment must not meet the first one's names."
  }
}
