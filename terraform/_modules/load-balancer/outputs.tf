output "arn" {
  description = "ARN of the load balancer."
  value       = aws_lb.this.arn
}

output "arn_suffix" {
  description = "Its metrics' dimension LoadBalancer."
  value       = aws_lb.this.arn_suffix
}

output "dns_name" {
  description = "AWS's own name of it."
  value       = aws_lb.this.dns_name
}

output "zone_id" {
  description = "Id of the zone of that name, for an alias record."
  value       = aws_lb.this.zone_id
}

output "security_group_id" {
  description = "Id of its security group: who the containers let in."
  value       = aws_security_group.this.id
}

output "listener_arns" {
  description = "ARNs of the listeners: production, and test for the version before it is in production."
  value       = { for name, listener in aws_lb_listener.this : name => listener.arn }
}

output "target_groups" {
  description = "The two target groups, blue and green: arn, name, and arn_suffix, which is their metrics' dimension TargetGroup. Whoever uses them waits for the listeners, without which ECS refuses them."
  value       = { for colour, group in aws_lb_target_group.this : colour => { arn = group.arn, name = group.name, arn_suffix = group.arn_suffix } }
  depends_on  = [aws_lb_listener.this]
}

output "dashboard_widgets" {
  description = "What a dashboard shows of it, in the shape that the module dashboard takes."
  value = [
    {
      title   = "Requests"
      stat    = "Sum"
      unit    = "requests"
      metrics = [{ namespace = "AWS/ApplicationELB", name = "RequestCount", dimensions = { LoadBalancer = aws_lb.this.arn_suffix } }]
    },
    {
      title = "Answers that are errors"
      stat  = "Sum"
      unit  = "answers"
      metrics = [
        for label, name in {
          "4xx of the service"       = "HTTPCode_Target_4XX_Count"
          "5xx of the service"       = "HTTPCode_Target_5XX_Count"
          "5xx of the load balancer" = "HTTPCode_ELB_5XX_Count"
        } : { namespace = "AWS/ApplicationELB", name = name, dimensions = { LoadBalancer = aws_lb.this.arn_suffix }, label = label }
      ]
    },
    {
      title = "Time until the answer"
      unit  = "seconds"
      metrics = [
        for stat in ["p50", "p95", "p99"] :
        { namespace = "AWS/ApplicationELB", name = "TargetResponseTime", dimensions = { LoadBalancer = aws_lb.this.arn_suffix }, label = stat, stat = stat }
      ]
    },
    {
      title = "Healthy containers, blue and green"
      stat  = "Minimum"
      unit  = "containers"
      metrics = [
        for colour, group in aws_lb_target_group.this :
        { namespace = "AWS/ApplicationELB", name = "HealthyHostCount", dimensions = { LoadBalancer = aws_lb.this.arn_suffix, TargetGroup = group.arn_suffix }, label = colour }
      ]
    },
  ]
}
