resource "aws_iam_role" "this" {
  name                 = var.name
  description          = var.description
  assume_role_policy   = local.trust_policy
  max_session_duration = var.max_session_seconds
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.id
  policy = each.value

  lifecycle {
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    precondition {
      condition     = sum([for policy in values(var.policies) : length(replace(policy, "/\\s/", ""))]) <= 10240
      error_message = "The policies of ${var.name} are longer than the 10,240 characters that a role holds."
    }
  }
}
