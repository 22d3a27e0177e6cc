# Ephemeral: made in memory at every run, and in no plan and no state. It is stored only when the slot's version changes.
ephemeral "aws_secretsmanager_random_password" "api_key" {
  for_each = local.key_slots

  password_length     = 40
  exclude_punctuation = true
}

resource "aws_ssm_parameter" "api_key" {
  for_each = local.key_slots

  name        = "/${var.name}/service/api-key-${each.key}"
  description = "A key of the service's callers; which one is current follows from api_key.rotation."
  type        = "SecureString"
  key_id      = var.encryption_key_arn

  value_wo = ephemeral.aws_secretsmanager_random_password.api_key[each.key].random_password
  # From 1 on: the slot that waits for its first turn has a value too, which nobody knows.
  value_wo_version = each.value + 1
}
