output "lambdas" {
  description = "Per lambda id: the function's name, and its aliases with what each follows."
  value = {
    for id, name in local.function_names : id => {
      function_name = name
      aliases       = { for alias in values(local.aliases) : alias.stage => alias.follows if alias.id == id }
    }
  }

  depends_on = [aws_lambda_alias.latest, aws_lambda_alias.promoted]
}

output "promoted" {
  description = "The lambdas with an alias that only a promotion moves, by id: the function's name, its newest version, and those aliases."
  value = {
    for id, aliases in { for key, alias in local.promoted : alias.id => alias.stage... } : id => {
      function_name = local.function_names[id]
      version       = aws_lambda_function.this[id].version
      aliases       = aliases
    }
  }

  depends_on = [aws_lambda_alias.promoted]
}

output "redeployment" {
  description = "Fingerprint of everything here that shapes the API's behaviour: a change of it must be deployed to the stages."

  # Of the configuration and not of whole resources: some of their attributes are only known after the first apply, and
  # would cause a second deployment. The code is left out, since a stage reaches it through the alias.
  value = sha256(jsonencode({
    methods = { for route, method in local.methods : route => merge(method, {
      path          = var.lambdas[method.id].integration.path
      function_name = local.function_names[method.id]
    }) }
    models    = local.models
    responses = { for key, response in local.method_responses : key => response.model }
  }))

  # Whoever deploys has to wait for these, and for nothing else.
  depends_on = [
    aws_api_gateway_integration.this,
    aws_api_gateway_method.this,
    aws_api_gateway_method_response.this,
    aws_api_gateway_model.this,
  ]
}

output "documentation" {
  description = "Fingerprint of all that is said about the lambdas: a change of it needs a new documentation version, and no deployment."
  value       = sha256(jsonencode(local.documentation))

  # A version holds the parts that are there when it is made.
  depends_on = [aws_api_gateway_documentation_part.this]
}

output "alarms" {
  description = "Per lambda id and alias: the alarms that judge it, as a map of kind (errors, duration, invocations) to the alarm's name."
  value = {
    for id, entry in var.lambdas : id => {
      for stage in keys(entry.aliases) : stage => {
        for alarm in values(local.alarms) : alarm.kind => aws_cloudwatch_metric_alarm.this["${alarm.alias}:${alarm.kind}"].alarm_name if alarm.alias == "${id}:${stage}"
      }
    }
  }
}

output "dashboard_widgets" {
  description = "Per stage: what a dashboard shows of the lambdas, in the shape that the module dashboard takes."
  value = {
    for stage in keys(var.stages) : stage => concat(
      [
        for widget in [
          { title = "Calls per lambda", metric = "Invocations", stat = "Sum", unit = "calls", stacked = true },
          { title = "Failed calls per lambda", metric = "Errors", stat = "Sum", unit = "calls", stacked = false },
          { title = "Throttled calls per lambda", metric = "Throttles", stat = "Sum", unit = "calls", stacked = false },
          { title = "Duration per lambda, p95", metric = "Duration", stat = "p95", unit = "ms", stacked = false },
          ] : {
          title   = widget.title
          stat    = widget.stat
          unit    = widget.unit
          stacked = widget.stacked
          metrics = [
            for id in keys(var.lambdas) : {
              namespace  = "AWS/Lambda"
              name       = widget.metric
              dimensions = local.alias_dimensions["${id}:${stage}"]
              label      = id
            }
          ]
        }
      ],
      [{
        title   = "Alarms of the lambdas"
        metrics = []
        alarms  = [for alarm in values(aws_cloudwatch_metric_alarm.this) : alarm.arn if endswith(alarm.dimensions.Resource, ":${stage}")]
      }],
    )
  }
}
