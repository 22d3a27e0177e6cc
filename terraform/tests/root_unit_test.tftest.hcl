mock_provider "aws" {
  source = "./tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  repository  = "acme/rest-api"
  # Half of it where the other half makes no difference: a run of both takes twice as long.
  architectures = ["api-gateway"]
  lambda_packages = {
    read-mapping    = { key = "lambdas/read-mapping-1.zip", sha256_base64 = "one", bytes = 1 }
    replace-strings = { key = "lambdas/replace-strings-1.zip", sha256_base64 = "one", bytes = 1 }
    search-mappings = { key = "lambdas/search-mappings-1.zip", sha256_base64 = "one", bytes = 1 }
  }
}

run "deploy_targets" {
  assert {
    condition     = aws_ssm_parameter.deploy_targets.name == "/terraform/test/deploy-targets"
    error_message = "The actions find their targets by the environment's name."
  }

  assert {
    condition = (
      aws_ssm_parameter.deploy_targets.type == "String" &&
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value) == {
        lambdas = {
          read-mapping    = { function_name = "rest-api-test-read-mapping" }
          replace-strings = { function_name = "rest-api-test-replace-strings" }
          search-mappings = { function_name = "rest-api-test-search-mappings" }
        }
        lambda_application = "rest-api-test-lambdas"
        api = {
          rest_api_id = "a1b2c3d4e5"
          endpoint    = "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
          api_keys    = module.api_gateway[0].api_key_ids
        }
        service = null
      }
    )
    error_message = "The targets are the functions by lambda id, CodeDeploy's application, and the API with the ids of its keys, in plain JSON; a service that is not deployed is null."
  }

  assert {
    condition     = aws_ssm_parameter.deploy_targets.tier == "Standard" && keys(module.api_gateway[0].api_key_ids) == ["prod", "test"]
    error_message = "Few targets cost nothing."
  }

  assert {
    condition     = data.aws_ssm_parameter.artifacts_bucket.name == "/terraform/artifacts/bucket"
    error_message = "The bucket of the packages is the one that bootstrap made."
  }
}

run "outputs" {
  assert {
    condition     = output.rest_api_id == "a1b2c3d4e5" && output.api_endpoint == "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com"
    error_message = "Callers need the API's address, without a stage."
  }

  assert {
    condition     = keys(output.api_keys) == ["prod", "test"]
    error_message = "Callers need the key of each stage."
  }

  assert {
    condition     = output.lambdas["replace-strings"] == { function_name = "rest-api-test-replace-strings", aliases = { prod = "promotion", test = "latest" } }
    error_message = "Functions are named with their aliases."
  }

  assert {
    condition     = output.alarm_topic_arn == module.notifications.topic_arn && output.dashboard_url == module.dashboard.url && keys(output.access_log_groups) == ["prod", "test"]
    error_message = "People need to know where alarms go, where the dashboard is, and where requests are logged."
  }
}

run "strings_mapping" {
  assert {
    condition = (
      aws_ssm_parameter.strings_mapping.name == "/rest-api/test/strings-mapping" &&
      aws_ssm_parameter.strings_mapping.type == "String" &&
      jsondecode(aws_ssm_parameter.strings_mapping.insecure_value) == jsondecode(file("./strings-mapping.json"))
    )
    error_message = "The map is a plain parameter, so that its changes can be read in the plan, and says what the file says."
  }

  assert {
    condition     = aws_ssm_parameter.strings_mapping.tier == "Standard"
    error_message = "A small map costs nothing."
  }
}

run "mapping_of_its_own" {
  command = plan

  variables {
    strings_mapping = { for index in range(300) : "text-${index}" => "other" }
  }

  assert {
    condition     = jsondecode(aws_ssm_parameter.strings_mapping.insecure_value) == { for index in range(300) : "text-${index}" => "other" }
    error_message = "An environment can have a map of its own."
  }

  assert {
    condition     = aws_ssm_parameter.strings_mapping.tier == "Advanced"
    error_message = "A map of more than 4 KB needs an advanced parameter."
  }
}

run "no_domain" {
  assert {
    condition     = length(data.aws_route53_zone.this) == 0
    error_message = "Without a domain no zone is looked for."
  }
}

run "domain" {
  # What ACM asks for is known only from ACM.
  override_module {
    target  = module.api_gateway[0].module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }
  override_module {
    target  = module.fargate[0].module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  variables {
    architectures = ["api-gateway", "fargate"]
    domain        = { zone_name = "example.com" }
  }

  assert {
    condition     = data.aws_route53_zone.this[0].name == "example.com"
    error_message = "The zone is found by its name."
  }

  assert {
    condition     = output.api_endpoint == "https://api-test.example.com"
    error_message = "By default the API's name has the environment in it."
  }

  assert {
    condition     = output.service_endpoint == "https://service-test.example.com"
    error_message = "By default the service's name has the environment in it."
  }
}

run "domain_in_production" {
  command = plan

  variables {
    environment = "production"
    domain      = { zone_name = "example.com" }
  }

  assert {
    condition     = local.api_name == "api.example.com"
    error_message = "Production has the plain name."
  }

  assert {
    condition     = local.service_name == "service.example.com"
    error_message = "Production has the plain name."
  }
}

run "domain_with_a_name" {
  command = plan

  variables {
    domain = { zone_name = "example.com", api_name = "strings.example.com", service_name = "containers.example.com" }
  }

  assert {
    condition     = local.service_name == "containers.example.com"
    error_message = "The service can be named."
  }

  assert {
    condition     = local.api_name == "strings.example.com"
    error_message = "The API can be named."
  }
}

run "dashboard" {
  assert {
    condition = alltrue(flatten([
      for widget in local.waf_widgets : [for metric in widget.metrics : metric.namespace == "AWS/WAFV2" && metric.dimensions.WebACL == module.waf.name]
    ]))
    error_message = "The firewall's numbers are on the dashboard."
  }

  assert {
    condition     = toset([for metric in local.waf_widgets[1].metrics : metric.dimensions.Rule]) == toset(module.waf.rules)
    error_message = "Every rule of the firewall can be told apart."
  }
}

run "suffix_ends_names" {
  # What ACM asks for is known only from ACM.
  override_module {
    target  = module.api_gateway[0].module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }
  override_module {
    target  = module.fargate[0].module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  variables {
    suffix = "-2"
    domain = { zone_name = "example.com" }
  }

  assert {
    condition = (
      aws_ssm_parameter.deploy_targets.name == "/terraform/test/deploy-targets" &&
      output.lambdas["replace-strings"].function_name == "rest-api-test-replace-strings-2" &&
      aws_ssm_parameter.strings_mapping.name == "/rest-api/test-2/strings-mapping"
    )
    error_message = "Names end with the suffix; a promotion finds them by the environment alone."
  }

  assert {
    condition     = output.api_endpoint == "https://api-test-2.example.com"
    error_message = "A second deployment has an address of its own."
  }
}

run "both_halves" {
  variables {
    architectures = ["api-gateway", "fargate"]
  }

  assert {
    condition = jsondecode(aws_ssm_parameter.deploy_targets.insecure_value).service == {
      pipeline           = "rest-api-test-service"
      cluster            = "rest-api-test"
      service            = "rest-api-test"
      build_project      = "rest-api-test-service"
      deploy_application = "rest-api-test-service"
      deploy_group       = "rest-api-test-service"
    }
    error_message = "A release finds what it moves in the targets."
  }

  assert {
    condition     = output.service_endpoint == "http://mocked-123.eu-west-1.elb.amazonaws.com"
    error_message = "Without a domain the service is at AWS's name of the load balancer."
  }

  assert {
    condition     = output.release.pipeline == "rest-api-test-service" && output.release.cluster == "rest-api-test" && output.release.service == "rest-api-test"
    error_message = "A release finds what it moves by the outputs."
  }

  assert {
    condition     = output.service_api_key_parameter == "/rest-api-test/service/api-key-a"
    error_message = "Callers find the service's key by the output."
  }

  assert {
    condition     = data.aws_ssm_parameter.image_repository[0].name == "/terraform/images/service"
    error_message = "The repository of the images is the one that bootstrap made."
  }
}

run "api_gateway_alone" {
  variables {
    architectures = ["api-gateway"]
    repository    = null
  }

  assert {
    condition     = length(module.fargate) == 0 && length(module.network) == 0 && output.service_endpoint == null && output.release == null && output.service_api_key_parameter == null
    error_message = "A team that wants the API alone pays for no network and no load balancer."
  }

  assert {
    condition     = output.rest_api_id == "a1b2c3d4e5"
    error_message = "The API is there."
  }
}

run "fargate_alone" {
  variables {
    architectures = ["fargate"]
  }

  assert {
    condition     = length(module.api_gateway) == 0 && output.api_endpoint == null && output.api_keys == {} && output.lambdas == {}
    error_message = "A team that wants the service alone has no API."
  }

  assert {
    condition     = output.service_endpoint != null
    error_message = "The service is there."
  }

  assert {
    condition = (
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value).lambdas == {} &&
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value).lambda_application == null &&
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value).api == null &&
      jsondecode(aws_ssm_parameter.deploy_targets.insecure_value).service.pipeline == "rest-api-test-service"
    )
    error_message = "What is not deployed is no target."
  }
}

run "many_targets" {
  # Terraform takes no override of a module that the state has.
  state_key = "many_targets"

  override_module {
    target = module.api_gateway[0]
    outputs = {
      lambdas = { for id in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] : id => {
        function_name = "%{for part in [1, 2, 3, 4, 5, 6, 7, 8]}-a-long-name-of-fifty-letters-abcdefghijklmnopqrstu%{endfor}"
        aliases       = {}
      } }
      lambda_application = "rest-api-test-lambdas"
      rest_api_id        = "a1b2c3d4e5"
      api_endpoint       = "https://api.example.com"
      api_key_ids        = {}
      api_keys           = {}
      access_log_groups  = {}
      dashboard_sections = []
    }
  }

  assert {
    condition     = aws_ssm_parameter.deploy_targets.tier == "Advanced" && length(aws_ssm_parameter.deploy_targets.insecure_value) > 4000
    error_message = "Targets of more than 4 KB need an advanced parameter."
  }
}

run "too_many_targets" {
  command   = plan
  state_key = "many_targets"

  override_module {
    target = module.api_gateway[0]
    outputs = {
      lambdas = { for id in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"] : id => {
        function_name = "%{for part in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]}-a-long-name-of-fifty-letters-abcdefghijklmnopqrstu%{endfor}"
        aliases       = {}
      } }
      lambda_application = "rest-api-test-lambdas"
      rest_api_id        = "a1b2c3d4e5"
      api_endpoint       = "https://api.example.com"
      api_key_ids        = {}
      api_keys           = {}
      access_log_groups  = {}
      dashboard_sections = []
    }
  }

  expect_failures = [aws_ssm_parameter.deploy_targets]
}
