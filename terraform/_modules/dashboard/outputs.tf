output "name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "url" {
  description = "Address of the dashboard in AWS's console."
  value = join("", [
    "https://${data.aws_region.current.id}.${local.console[data.aws_partition.current.partition]}/cloudwatch/home",
    "?region=${data.aws_region.current.id}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}",
  ])
}
