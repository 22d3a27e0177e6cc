output "arn" {
  description = "ARN of the web ACL."
  value       = aws_wafv2_web_acl.this.arn
}

output "name" {
  description = "Name of the web ACL, and of its metrics' dimension WebACL."
  value       = aws_wafv2_web_acl.this.name
}

output "rules" {
  description = "Names of the rules, which are their metrics' dimension Rule too."
  value       = values(local.rules)
}
