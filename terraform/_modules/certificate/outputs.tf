output "arn" {
  description = "ARN of the certificate. Whoever uses it waits until it is issued."
  value       = aws_acm_certificate_validation.this.certificate_arn
}
