output "cluster_name" {
  description = "Name of the cluster."
  value       = aws_ecs_cluster.this.name
}

output "service_name" {
  description = "Name of the service."
  value       = aws_ecs_service.this.name
}

output "task_definition" {
  description = "What a release registers, with its own image in the first container: the input of ECS's RegisterTaskDefinition."
  value       = local.task_definition
}

output "appspec" {
  description = "What a release's AppSpec is made of."
  value = {
    containerName    = local.container_name
    containerPort    = var.container_port
    capacityProvider = var.capacity_provider
    network = {
      subnets        = var.subnets.ids
      securityGroups = [aws_security_group.this.id]
      assignPublicIp = var.subnets.assign_public_ip
    }
  }
}

output "execution_role_arn" {
  description = "ARN of the role that ECS starts tasks with."
  value       = aws_iam_role.execution.arn
}

output "task_role_arn" {
  description = "ARN of the role that the service has while it runs."
  value       = aws_iam_role.task.arn
}

output "alarms" {
  description = "Name of the alarm by its kind, such as blue-server-errors."
  value       = { for kind, alarm in aws_cloudwatch_metric_alarm.this : kind => alarm.alarm_name }
}

output "release_alarm_names" {
  description = "Names of the alarms that end a release and bring the old version back."
  value       = [for kind, alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_name if local.alarms[kind].release]
}

output "api_key_parameter_names" {
  description = "Names of the SSM parameters with the current and the previous API key."
  value = {
    current  = aws_ssm_parameter.api_key[local.current_slot].name
    previous = aws_ssm_parameter.api_key[local.previous_slot].name
  }
}

output "log_group" {
  description = "Name of the log group of the containers."
  value       = aws_cloudwatch_log_group.this.name
}

output "dashboard_widgets" {
  description = "What a dashboard shows of it, in the shape that the module dashboard takes."
  value = [
    {
      title = "Utilization"
      unit  = "per cent"
      metrics = [
        for name in ["CPUUtilization", "MemoryUtilization"] :
        { namespace = "AWS/ECS", name = name, dimensions = { ClusterName = aws_ecs_cluster.this.name, ServiceName = aws_ecs_service.this.name } }
      ]
    },
    {
      title  = "Alarms of the service"
      alarms = [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn]
    },
  ]
}
