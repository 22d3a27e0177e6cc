mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name            = "rest-api-test"
  vpc_id          = "vpc-1"
  vpc_cidr        = "10.0.0.0/16"
  subnet_ids      = ["subnet-1", "subnet-2"]
  https           = true
  certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
  web_acl_arn     = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/shared/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "load_balancer" {
  assert {
    condition = (
      aws_lb.this.name == "rest-api-test" &&
      aws_lb.this.load_balancer_type == "application" &&
      aws_lb.this.internal != true &&
      aws_lb.this.subnets == toset(["subnet-1", "subnet-2"]) &&
      aws_lb.this.security_groups == toset([aws_security_group.this.id])
    )
    error_message = "It is an application load balancer that the internet reaches, in the public subnets."
  }

  assert {
    condition     = aws_lb.this.drop_invalid_header_fields && aws_lb.this.desync_mitigation_mode == "defensive"
    error_message = "Header fields that are not valid are dropped, and ambiguous requests are defended against."
  }

  assert {
    condition     = aws_lb.this.enable_http2 != false
    error_message = "It speaks HTTP/2."
  }

  assert {
    condition     = aws_lb.this.idle_timeout == 60 && !aws_lb.this.enable_deletion_protection
    error_message = "By default a connection may be silent for a minute, and the load balancer may be deleted."
  }

  assert {
    condition     = aws_wafv2_web_acl_association.this.resource_arn == aws_lb.this.arn && aws_wafv2_web_acl_association.this.web_acl_arn == var.web_acl_arn
    error_message = "Every request passes the firewall."
  }
}

run "choices" {
  variables {
    idle_timeout        = 120
    deletion_protection = true
    ssl_policy          = "ELBSecurityPolicy-TLS13-1-3-2021-06"
  }

  assert {
    condition     = aws_lb.this.idle_timeout == 120 && aws_lb.this.enable_deletion_protection && alltrue([for listener in aws_lb_listener.this : listener.ssl_policy == "ELBSecurityPolicy-TLS13-1-3-2021-06"])
    error_message = "Idle timeout, protection and TLS policy are variables."
  }
}

run "listeners" {
  assert {
    condition = { for name, listener in aws_lb_listener.this : name => "${listener.protocol} ${listener.port}" } == {
      production = "HTTPS 443"
      test       = "HTTPS 8443"
    }
    error_message = "Production is at 443 and the test listener at 8443, both with HTTPS."
  }

  assert {
    condition     = alltrue([for listener in aws_lb_listener.this : listener.certificate_arn == var.certificate_arn && listener.ssl_policy == "ELBSecurityPolicy-TLS13-1-2-2021-06"])
    error_message = "Both have the certificate, and TLS 1.2 at least."
  }

  assert {
    condition = alltrue([
      for listener in aws_lb_listener.this : listener.load_balancer_arn == aws_lb.this.arn &&
      listener.default_action[0].type == "forward" && listener.default_action[0].target_group_arn == aws_lb_target_group.this["blue"].arn
    ])
    error_message = "Both lead to blue until the first release."
  }

  assert {
    condition = (
      aws_lb_listener.redirect[0].port == 80 &&
      aws_lb_listener.redirect[0].protocol == "HTTP" &&
      aws_lb_listener.redirect[0].default_action[0].type == "redirect" &&
      aws_lb_listener.redirect[0].default_action[0].redirect[0].protocol == "HTTPS" &&
      aws_lb_listener.redirect[0].default_action[0].redirect[0].port == "443" &&
      aws_lb_listener.redirect[0].default_action[0].redirect[0].status_code == "HTTP_301"
    )
    error_message = "Plain HTTP is turned away to HTTPS."
  }

  assert {
    condition     = output.listener_arns == { for name, listener in aws_lb_listener.this : name => listener.arn }
    error_message = "The outputs name the listeners."
  }
}

run "without_https" {
  variables {
    https           = false
    certificate_arn = null
  }

  assert {
    condition = { for name, listener in aws_lb_listener.this : name => "${listener.protocol} ${listener.port}" } == {
      production = "HTTP 80"
      test       = "HTTP 8080"
    }
    error_message = "Without HTTPS production is at 80 and the test listener at 8080."
  }

  assert {
    condition     = length(aws_lb_listener.redirect) == 0
    error_message = "There is nothing to turn callers away to."
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.this : "${rule.cidr_ipv4} ${rule.from_port}"]) == toset(["0.0.0.0/0 80", "10.0.0.0/16 8080"])
    error_message = "Only these two ports are open, the test listener's to the network alone."
  }
}

run "target_groups" {
  assert {
    condition     = { for colour, group in aws_lb_target_group.this : colour => group.name } == { blue = "rest-api-test-blue", green = "rest-api-test-green" }
    error_message = "There are two target groups, blue and green."
  }

  assert {
    condition = alltrue([
      for group in aws_lb_target_group.this :
      group.target_type == "ip" && group.protocol == "HTTP" && group.port == 8080 && group.vpc_id == "vpc-1" && tonumber(group.deregistration_delay) == 30
    ])
    error_message = "Their targets are addresses of containers, which get 30 seconds to finish."
  }

  assert {
    condition = alltrue([
      for group in aws_lb_target_group.this :
      group.health_check[0].path == "/status/health" && group.health_check[0].matcher == "200" && group.health_check[0].interval == 15 &&
      group.health_check[0].timeout == 5 && group.health_check[0].healthy_threshold == 2 && group.health_check[0].unhealthy_threshold == 3
    ])
    error_message = "A container is healthy when it answers /status/health with 200."
  }

  assert {
    condition     = output.target_groups == { for colour, group in aws_lb_target_group.this : colour => { arn = group.arn, name = group.name, arn_suffix = group.arn_suffix } }
    error_message = "The outputs name the target groups."
  }
}

run "other_health_check" {
  variables {
    container_port       = 3000
    deregistration_delay = 5
    health_check         = { path = "/ready", interval = 30, timeout = 10, healthy_threshold = 5, unhealthy_threshold = 2 }
  }

  assert {
    condition = alltrue([
      for group in aws_lb_target_group.this :
      group.port == 3000 && tonumber(group.deregistration_delay) == 5 && group.health_check[0].path == "/ready" && group.health_check[0].interval == 30 &&
      group.health_check[0].timeout == 10 && group.health_check[0].healthy_threshold == 5 && group.health_check[0].unhealthy_threshold == 2
    ])
    error_message = "The port, the delay and the health check are variables."
  }
}

run "long_name" {
  variables {
    name = "a-very-long-name-indeed-of-an-api-production"
  }

  assert {
    condition     = aws_lb.this.name == "a-very-long-name-i-${substr(sha256(var.name), 0, 6)}" && alltrue([for group in aws_lb_target_group.this : length(group.name) <= 32])
    error_message = "AWS allows 32 characters: a longer name is cut, and stays the same one."
  }
}

run "other_long_name" {
  variables {
    name = "a-very-long-name-indeed-of-an-api-test"
  }

  assert {
    condition     = aws_lb.this.name == "a-very-long-name-i-${substr(sha256("a-very-long-name-indeed-of-an-api-test"), 0, 6)}"
    error_message = "Two long names that begin alike stay two."
  }
}

run "dashboard" {
  assert {
    condition     = output.arn == aws_lb.this.arn && output.arn_suffix == aws_lb.this.arn_suffix && output.dns_name == aws_lb.this.dns_name && output.zone_id == aws_lb.this.zone_id && output.security_group_id == aws_security_group.this.id
    error_message = "The outputs name the load balancer."
  }

  assert {
    condition     = alltrue([for widget in output.dashboard_widgets : length(widget.metrics) > 0 && alltrue([for metric in widget.metrics : metric.namespace == "AWS/ApplicationELB" && metric.dimensions.LoadBalancer == aws_lb.this.arn_suffix])])
    error_message = "The widgets show this load balancer's metrics."
  }

  assert {
    condition = toset(flatten([for widget in output.dashboard_widgets : [for metric in widget.metrics : metric.name]])) == toset([
      "RequestCount", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "TargetResponseTime", "HealthyHostCount",
    ])
    error_message = "They show requests, errors, times and healthy containers."
  }
}
