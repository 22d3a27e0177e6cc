output "application_name" {
  description = "Name of CodeDeploy's application. Whoever uses it waits for the deployment groups."
  value       = aws_codedeploy_app.this.name

  depends_on = [aws_codedeploy_deployment_group.this]
}

output "alarms" {
  description = "Per lambda id and alias: the name of the alarm that judges its shifts."
  value = {
    for id, lambda in var.lambdas : id => {
      for alias in lambda.aliases : alias => aws_cloudwatch_metric_alarm.this["${id}:${alias}"].alarm_name
    }
  }
}
