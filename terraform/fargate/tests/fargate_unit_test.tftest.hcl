mock_provider "aws" {
  source = "../tests/mocks"
}

variables {
  identifier                = "rest-api"
  environment               = "test"
  web_acl_arn               = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/rest-api-test/1234abcd-12ab-34cd-56ef-1234567890ab"
  image_repository          = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service", url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rest-api-service" }
  repository                = "acme/rest-api"
  artifacts_bucket          = "artifacts-bucket"
  strings_mapping_parameter = { name = "/rest-api/test/strings-mapping", arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/rest-api/test/strings-mapping" }
  alarm_topic_arn           = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  encryption_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  network = {
    vpc_id            = "vpc-1"
    cidr              = "10.0.0.0/16"
    public_subnet_ids = ["subnet-1", "subnet-2"]
    task_subnets      = { ids = ["subnet-3", "subnet-4"], assign_public_ip = false }
  }
}

run "without_domain" {
  assert {
    condition     = output.service_endpoint == "http://mocked-123.eu-west-1.elb.amazonaws.com"
    error_message = "Without a domain callers use AWS's own name of the load balancer."
  }

  assert {
    condition     = length(aws_route53_record.this) == 0 && length(module.certificate) == 0
    error_message = "Without a domain there is nothing to be named or certified."
  }
}

run "with_domain" {
  # What ACM asks for is known only from ACM.
  override_module {
    target  = module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  variables {
    domain = { name = "service-test.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = output.service_endpoint == "https://service-test.example.com"
    error_message = "With a domain callers use it, by HTTPS."
  }

  assert {
    condition = (
      aws_route53_record.this[0].name == "service-test.example.com" &&
      aws_route53_record.this[0].zone_id == "Z0123456789ABCDEFGHIJ" &&
      aws_route53_record.this[0].type == "A" &&
      one(aws_route53_record.this[0].alias).name == module.load_balancer.dns_name &&
      one(aws_route53_record.this[0].alias).zone_id == module.load_balancer.zone_id
    )
    error_message = "The name leads to the load balancer."
  }
}

run "production" {
  override_module {
    target  = module.certificate[0]
    outputs = { arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab" }
  }

  variables {
    environment = "production"
    domain      = { name = "service.example.com", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = output.service_endpoint == "https://service.example.com"
    error_message = "Production is possible with a domain."
  }
}

run "release" {
  assert {
    condition = output.release == {
      pipeline         = "rest-api-test-service"
      project          = "rest-api-test-service"
      application      = "rest-api-test-service"
      deployment_group = "rest-api-test-service"
      cluster          = "rest-api-test"
      service          = "rest-api-test"
    }
    error_message = "Whoever releases finds the pipeline, CodeDeploy's parts and the service."
  }

  assert {
    condition     = output.api_key_parameter_names == { current = "/rest-api-test/service/api-key-a", previous = "/rest-api-test/service/api-key-b" }
    error_message = "Callers find the keys by the names of their parameters."
  }

  assert {
    condition     = output.log_groups == { service = "/aws/ecs/rest-api-test", build = "/aws/codebuild/rest-api-test-service" }
    error_message = "People find the logs."
  }

  assert {
    condition     = output.connection_arn == "arn:aws:codestar-connections:eu-west-1:123456789012:connection/1234abcd-12ab-34cd-56ef-1234567890ab"
    error_message = "Somebody has to confirm the connection that was made."
  }
}

run "suffix_ends_names" {
  variables {
    suffix = "-2"
  }

  assert {
    condition     = output.release.pipeline == "rest-api-test-2-service" && output.release.service == "rest-api-test-2" && aws_cloudwatch_event_rule.scaling.name == "rest-api-test-2-service-scaling"
    error_message = "A second deployment has names of its own."
  }
}

run "scaling_events" {
  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.scaling.event_pattern) == {
      source      = ["aws.application-autoscaling"]
      detail-type = ["Application Auto Scaling Scaling Activity State Change"]
      detail      = { resourceId = ["service/rest-api-test/rest-api-test"] }
    }
    error_message = "Scaling of this service is noticed, and of no other."
  }

  assert {
    condition     = aws_cloudwatch_event_target.scaling.rule == aws_cloudwatch_event_rule.scaling.name && aws_cloudwatch_event_target.scaling.arn == var.alarm_topic_arn
    error_message = "The topic is told of it."
  }
}

run "container" {
  assert {
    condition     = one(module.service.task_definition.containerDefinitions).image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rest-api-service:initial"
    error_message = "Before its first release the service runs the tag that never moves, so that the plan is the same for every commit."
  }

  assert {
    condition = { for variable in one(module.service.task_definition.containerDefinitions).environment : variable.name => variable.value } == {
      AWS_REGION                     = "eu-west-1"
      KEEP_ALIVE_TIMEOUT_SECONDS     = "75"
      LOG_LEVEL                      = "info"
      PORT                           = "8080"
      RATE_LIMIT_PER_MINUTE          = "6000"
      STRINGS_MAPPING_PARAMETER_NAME = "/rest-api/test/strings-mapping"
    }
    error_message = "The service is told what it needs, and keeps connections open for longer than the load balancer."
  }
}

run "dashboard" {
  assert {
    condition     = [for section in output.dashboard_sections : section.title] == ["Fargate service"] && length(output.dashboard_sections[0].widgets) == length(module.load_balancer.dashboard_widgets) + length(module.service.dashboard_widgets)
    error_message = "The load balancer and the containers are on the dashboard."
  }
}

run "unknown_log_level" {
  command = plan

  variables {
    service = { log_level = "loud" }
  }

  expect_failures = [var.service]
}
