locals {
  issuer = "token.actions.githubusercontent.com"
  owner  = split("/", var.repository.name)[0]

  # What a token's subject begins with: in repositories that were created or renamed since 2026-07-15 with the ids, in older ones, and
  # at GitHub Enterprise Server, without. With the ids, the repository may be called what it will.
  # https://docs.github.com/en/actions/reference/security/oidc
  subjects = [
    "repo:${local.owner}@${var.repository.owner_id}/*@${var.repository.id}",
    "repo:${var.repository.name}",
  ]

  # StringEquals compares case and all, and fails for a claim that a token does not have. ForAllValues would be true for it.
  # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
  trust_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = var.provider_arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = merge(
          {
            "${local.issuer}:aud"           = "sts.amazonaws.com"
            "${local.issuer}:repository_id" = var.repository.id
          },
          { for claim, value in var.claims : "${local.issuer}:${claim}" => value },
        )
        StringLike = {
          "${local.issuer}:sub" = flatten([for subject in local.subjects : [for context in var.contexts : "${subject}:${context}"]])
        }
      }
    }]
  })
}
