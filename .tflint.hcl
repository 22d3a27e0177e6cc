# Read by `make lint/terraform`. Every rule that comes with tflint, for every folder below terraform/.
config {
  # Each folder is looked at by itself. Through its callers as well, a module would be looked at with their values, such as the
  # lambda packages, which a fresh clone does not have yet.
  call_module_type = "none"
}

plugin "terraform" {
  enabled = true
  preset  = "all"
}
