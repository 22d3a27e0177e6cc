mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name                 = "rest-api-test"
  image                = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/rest-api-service:initial"
  image_repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/rest-api-service"
  vpc_id               = "vpc-1"
  subnets              = { ids = ["subnet-1", "subnet-2"], assign_public_ip = false }
  alarm_topic_arn      = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  encryption_key_arn   = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  load_balancer = {
    arn_suffix        = "app/rest-api-test/1"
    security_group_id = "sg-balancer"
    target_groups = {
      blue  = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-blue/1", name = "rest-api-test-blue", arn_suffix = "targetgroup/rest-api-test-blue/1" }
      green = { arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/rest-api-test-green/1", name = "rest-api-test-green", arn_suffix = "targetgroup/rest-api-test-green/1" }
    }
  }
}

run "alarms" {
  assert {
    condition = {
      for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => {
        metric    = alarm.metric_name
        statistic = alarm.statistic == null ? alarm.extended_statistic : alarm.statistic
        threshold = alarm.threshold
        minutes   = alarm.evaluation_periods
        group     = alarm.dimensions.TargetGroup
      }
      } == {
      blue-server-errors  = { metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", threshold = 0, minutes = 1, group = "targetgroup/rest-api-test-blue/1" }
      green-server-errors = { metric = "HTTPCode_Target_5XX_Count", statistic = "Sum", threshold = 0, minutes = 1, group = "targetgroup/rest-api-test-green/1" }
      blue-latency        = { metric = "TargetResponseTime", statistic = "p95", threshold = 1, minutes = 5, group = "targetgroup/rest-api-test-blue/1" }
      green-latency       = { metric = "TargetResponseTime", statistic = "p95", threshold = 1, minutes = 5, group = "targetgroup/rest-api-test-green/1" }
      blue-unhealthy      = { metric = "UnHealthyHostCount", statistic = "Maximum", threshold = 0, minutes = 3, group = "targetgroup/rest-api-test-blue/1" }
      green-unhealthy     = { metric = "UnHealthyHostCount", statistic = "Maximum", threshold = 0, minutes = 3, group = "targetgroup/rest-api-test-green/1" }
    }
    error_message = "Errors, slowness and failing containers raise an alarm, for each of the two versions."
  }

  assert {
    condition = alltrue([
      for kind, alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_name == "rest-api-test-service-${kind}" && alarm.namespace == "AWS/ApplicationELB" && alarm.dimensions.LoadBalancer == "app/rest-api-test/1" &&
      alarm.comparison_operator == "GreaterThanThreshold" && alarm.period == 60 && alarm.datapoints_to_alarm == alarm.evaluation_periods
    ])
    error_message = "They look at this load balancer, minute by minute."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.treat_missing_data == "notBreaching"])
    error_message = "No requests are no trouble."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset([var.alarm_topic_arn]) && alarm.ok_actions == toset([var.alarm_topic_arn]) && alarm.actions_enabled != false])
    error_message = "The topic hears of the alarm and of its end."
  }
}

run "release_alarms" {
  assert {
    condition = toset(output.release_alarm_names) == toset([
      "rest-api-test-service-blue-server-errors", "rest-api-test-service-green-server-errors",
      "rest-api-test-service-blue-latency", "rest-api-test-service-green-latency",
    ])
    error_message = "Errors and slowness end a release, whichever colour it has."
  }

  assert {
    condition     = output.alarms == { for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => alarm.alarm_name }
    error_message = "The outputs name the alarms."
  }
}

run "other_thresholds" {
  variables {
    alarm_thresholds = { server_errors = 5, latency_p95_in_ms = 250, latency_periods = 2, unhealthy_periods = 10 }
  }

  assert {
    condition = { for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => [alarm.threshold, alarm.evaluation_periods] if startswith(kind, "green") } == {
      green-server-errors = [5, 1]
      green-latency       = [0.25, 2]
      green-unhealthy     = [0, 10]
    }
    error_message = "Thresholds are variables."
  }
}

run "dashboard" {
  assert {
    condition = toset(flatten([for widget in output.dashboard_widgets : [for metric in try(widget.metrics, []) : "${metric.namespace} ${metric.name} ${metric.dimensions.ClusterName} ${metric.dimensions.ServiceName}"]])) == toset([
      "AWS/ECS CPUUtilization rest-api-test rest-api-test", "AWS/ECS MemoryUtilization rest-api-test rest-api-test",
    ])
    error_message = "A widget shows cpu and memory of this service."
  }

  assert {
    condition     = [for widget in output.dashboard_widgets : length(widget.alarms) if can(widget.alarms)] == [6]
    error_message = "Another shows the state of every alarm."
  }
}
