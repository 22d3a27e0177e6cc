mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "rest-api-test"
  sections = [
    {
      title = "API Gateway, stage test"
      widgets = [
        {
          title   = "Latency"
          stat    = "p95"
          unit    = "ms"
          stacked = true
          period  = 300
          metrics = [
            { namespace = "AWS/ApiGateway", name = "Latency", dimensions = { Stage = "test", ApiName = "rest-api-test" } },
            { namespace = "AWS/ApiGateway", name = "Latency", dimensions = { Stage = "test", ApiName = "rest-api-test" }, label = "p50", stat = "p50" },
          ]
        },
        { title = "Requests", metrics = [{ namespace = "AWS/ApiGateway", name = "Count", dimensions = {} }] },
        { title = "Errors", metrics = [{ namespace = "AWS/ApiGateway", name = "5XXError", dimensions = {} }] },
        { title = "Alarms", alarms = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:one"] },
      ]
    },
    {
      title   = "Firewall"
      widgets = [{ title = "Refused", metrics = [{ namespace = "AWS/WAFV2", name = "BlockedRequests", dimensions = { Rule = "ALL" } }] }]
    },
    {
      title   = "Service"
      widgets = [{ title = "Tasks", metrics = [{ namespace = "ECS/ContainerInsights", name = "RunningTaskCount", dimensions = {} }] }]
    },
  ]
}

run "layout" {
  assert {
    condition = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : [widget.type, widget.x, widget.y, widget.width, widget.height]] == [
      ["text", 0, 0, 24, 1],
      ["metric", 0, 1, 8, 6],
      ["metric", 8, 1, 8, 6],
      ["metric", 16, 1, 8, 6],
      ["alarm", 0, 7, 8, 6],
      ["text", 0, 13, 24, 1],
      ["metric", 0, 14, 8, 6],
      ["text", 0, 20, 24, 1],
      ["metric", 0, 21, 8, 6],
    ]
    error_message = "Each section has its title and under it its widgets, three in a row, and the next begins below."
  }

  assert {
    condition     = [for widget in jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets : widget.properties.markdown if widget.type == "text"] == ["## API Gateway, stage test", "## Firewall", "## Service"]
    error_message = "Sections are in the order given."
  }
}

run "graphs" {
  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[1].properties == {
      title   = "Latency"
      view    = "timeSeries"
      region  = "eu-west-1"
      stat    = "p95"
      period  = 300
      stacked = true
      yAxis   = { left = { min = 0, showUnits = false, label = "ms" } }
      metrics = [
        ["AWS/ApiGateway", "Latency", "ApiName", "rest-api-test", "Stage", "test", {}],
        ["AWS/ApiGateway", "Latency", "ApiName", "rest-api-test", "Stage", "test", { label = "p50", stat = "p50" }],
      ]
    }
    error_message = "A graph shows its metrics by their dimensions, each with the label and statistic of its own that it has."
  }

  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[2].properties == {
      title   = "Requests"
      view    = "timeSeries"
      region  = "eu-west-1"
      stat    = "Average"
      period  = 60
      stacked = false
      yAxis   = { left = { min = 0, showUnits = false } }
      metrics = [["AWS/ApiGateway", "Count", {}]]
    }
    error_message = "What a graph does not say has a default."
  }
}

run "alarms" {
  assert {
    condition = jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets[4].properties == {
      title  = "Alarms"
      alarms = ["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:one"]
    }
    error_message = "A widget with alarms shows their state."
  }
}

run "address" {
  assert {
    condition     = output.name == "rest-api-test" && output.url == "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/rest-api-test"
    error_message = "The address is the dashboard's in the console."
  }
}

run "address_in_china" {
  override_data {
    target = data.aws_partition.current
    values = { partition = "aws-cn" }
  }

  override_data {
    target = data.aws_region.current
    values = { id = "cn-north-1" }
  }

  assert {
    condition     = startswith(output.url, "https://cn-north-1.console.amazonaws.cn/")
    error_message = "The console is the one of the region's partition."
  }
}

run "name_is_too_free" {
  command = plan

  variables {
    name = "rest api"
  }

  expect_failures = [var.name]
}

run "no_sections" {
  command = plan

  variables {
    sections = []
  }

  expect_failures = [var.sections]
}

run "section_without_widgets" {
  command = plan

  variables {
    sections = [{ title = "Service", widgets = [] }]
  }

  expect_failures = [var.sections]
}

run "widget_with_nothing_to_show" {
  command = plan

  variables {
    sections = [{ title = "Service", widgets = [{ title = "Tasks" }] }]
  }

  expect_failures = [var.sections]
}

run "widget_with_metrics_and_alarms" {
  command = plan

  variables {
    sections = [{ title = "Service", widgets = [{ title = "Tasks", metrics = [{ namespace = "AWS/ECS", name = "CPUUtilization", dimensions = {} }], alarms = [] }] }]
  }

  expect_failures = [var.sections]
}
