output "vpc_id" {
  description = "Id of the network."
  value       = aws_vpc.this.id
}

output "cidr" {
  description = "Private addresses of the network."
  value       = var.cidr
}

output "public_subnet_ids" {
  description = "Ids of the subnets that the internet reaches, one per zone. Whoever uses them waits for their way out."
  value       = [for association in aws_route_table_association.public : association.subnet_id]
  depends_on  = [aws_route.internet]
}

output "private_subnet_ids" {
  description = "Ids of the subnets that the internet does not reach, one per zone."
  value       = [for association in aws_route_table_association.private : association.subnet_id]
  depends_on  = [aws_route.nat, aws_vpc_endpoint.interface]
}

output "task_subnets" {
  description = "Where containers run: the private subnets; without NAT the public ones, where each needs a public address to fetch its image."
  value = {
    ids              = [for association in var.nat == "none" ? aws_route_table_association.public : aws_route_table_association.private : association.subnet_id]
    assign_public_ip = var.nat == "none"
  }
  depends_on = [aws_route.internet, aws_route.nat, aws_vpc_endpoint.s3]
}
