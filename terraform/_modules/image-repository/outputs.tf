output "arn" {
  description = "ARN of the repository."
  value       = aws_ecr_repository.this.arn
}

output "name" {
  description = "Name of the repository."
  value       = aws_ecr_repository.this.name
}

output "url" {
  description = "Address of the repository, to which a tag or digest is added."
  value       = aws_ecr_repository.this.repository_url
}
