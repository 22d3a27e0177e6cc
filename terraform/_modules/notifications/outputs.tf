output "topic_arn" {
  description = "ARN of the topic. Whoever uses it waits for its policy, without which nothing can be sent."
  value       = aws_sns_topic_policy.this.arn
}
