resource "terraform_data" "api_key_version" {
  for_each = local.key_slots

  input = each.value
}

resource "aws_ssm_parameter" "api_key" {
  for_each = local.key_slots

  name        = "/${var.name}/service/api-key-${each.key}"
  description = "A key of the service's callers; which one is current follows from api_key.rotation."
  type        = "SecureString"
  key_id      = var.encryption_key_arn

  # Made anew at every run, in memory, and stored only when the version changes: write-only arguments are in no plan and no state.
  # uuid() is random by the system's cryptographic source: 244 bits. An ephemeral resource would do the same by a call to AWS, and
  # Terraform's mocked provider, which the tests have, knows none.
  value_wo = replace("${uuid()}${uuid()}", "-", "")
  # From 1 on: the slot that waits for its first turn has a key too, which nobody knows.
  value_wo_version = each.value + 1

  # Never updated, only made anew. An update of the provider's leaves the encryption key out, so that SSM falls back to its own, and
  # sends an empty value unless the version has changed: the next apply would put that right by wiping out the key.
  # https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/ssm/parameter.go
  # So another encryption key takes effect with the next rotation.
  lifecycle {
    replace_triggered_by = [terraform_data.api_key_version[each.key]]
    ignore_changes       = [key_id, description, tier]
  }
}
