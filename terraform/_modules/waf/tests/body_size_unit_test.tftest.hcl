# A regular expression that compares numbers is easy to get wrong: each limit is tried with values around it.
mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name               = "rest-api-test"
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

run "rule" {
  command = plan

  assert {
    condition = alltrue([
      for rule in aws_wafv2_web_acl.this.rule :
      rule.statement[0].regex_match_statement[0].regex_string == local.more_than_max_body_bytes &&
      rule.statement[0].regex_match_statement[0].field_to_match[0].single_header[0].name == "content-length" &&
      length(rule.action[0].block) == 1
      if rule.name == "body-size"
    ])
    error_message = "Requests with a length above the limit are refused."
  }
}

run "limit_by_default" {
  command = plan


  assert {
    condition     = alltrue([for bytes in [0, 1, 9, 10, 99, floor(var.max_body_bytes / 2), floor(var.max_body_bytes / 10), var.max_body_bytes - 1, var.max_body_bytes] : !can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Bodies up to the limit pass."
  }

  assert {
    condition     = alltrue([for bytes in concat([for step in range(1, 301) : var.max_body_bytes + step], [for place in range(0, 8) : var.max_body_bytes + pow(10, place)], [for factor in [2, 9, 10, 99, 1000000] : var.max_body_bytes * factor]) : can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Larger bodies do not."
  }

  assert {
    condition     = length(local.more_than_max_body_bytes) <= 200
    error_message = "AWS WAF takes regular expressions of 200 characters."
  }
}

run "limit_1024" {
  command = plan

  variables {
    max_body_bytes = 1024
  }

  assert {
    condition     = alltrue([for bytes in [0, 1, 9, 10, 99, floor(var.max_body_bytes / 2), floor(var.max_body_bytes / 10), var.max_body_bytes - 1, var.max_body_bytes] : !can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Bodies up to the limit pass."
  }

  assert {
    condition     = alltrue([for bytes in concat([for step in range(1, 301) : var.max_body_bytes + step], [for place in range(0, 8) : var.max_body_bytes + pow(10, place)], [for factor in [2, 9, 10, 99, 1000000] : var.max_body_bytes * factor]) : can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Larger bodies do not."
  }

  assert {
    condition     = length(local.more_than_max_body_bytes) <= 200
    error_message = "AWS WAF takes regular expressions of 200 characters."
  }
}

run "limit_1999" {
  command = plan

  variables {
    max_body_bytes = 1999
  }

  assert {
    condition     = alltrue([for bytes in [0, 1, 9, 10, 99, floor(var.max_body_bytes / 2), floor(var.max_body_bytes / 10), var.max_body_bytes - 1, var.max_body_bytes] : !can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Bodies up to the limit pass."
  }

  assert {
    condition     = alltrue([for bytes in concat([for step in range(1, 301) : var.max_body_bytes + step], [for place in range(0, 8) : var.max_body_bytes + pow(10, place)], [for factor in [2, 9, 10, 99, 1000000] : var.max_body_bytes * factor]) : can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Larger bodies do not."
  }

  assert {
    condition     = length(local.more_than_max_body_bytes) <= 200
    error_message = "AWS WAF takes regular expressions of 200 characters."
  }
}

run "limit_9999" {
  command = plan

  variables {
    max_body_bytes = 9999
  }

  assert {
    condition     = alltrue([for bytes in [0, 1, 9, 10, 99, floor(var.max_body_bytes / 2), floor(var.max_body_bytes / 10), var.max_body_bytes - 1, var.max_body_bytes] : !can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Bodies up to the limit pass."
  }

  assert {
    condition     = alltrue([for bytes in concat([for step in range(1, 301) : var.max_body_bytes + step], [for place in range(0, 8) : var.max_body_bytes + pow(10, place)], [for factor in [2, 9, 10, 99, 1000000] : var.max_body_bytes * factor]) : can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Larger bodies do not."
  }

  assert {
    condition     = length(local.more_than_max_body_bytes) <= 200
    error_message = "AWS WAF takes regular expressions of 200 characters."
  }
}

run "limit_10485760" {
  command = plan

  variables {
    max_body_bytes = 10485760
  }

  assert {
    condition     = alltrue([for bytes in [0, 1, 9, 10, 99, floor(var.max_body_bytes / 2), floor(var.max_body_bytes / 10), var.max_body_bytes - 1, var.max_body_bytes] : !can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Bodies up to the limit pass."
  }

  assert {
    condition     = alltrue([for bytes in concat([for step in range(1, 301) : var.max_body_bytes + step], [for place in range(0, 8) : var.max_body_bytes + pow(10, place)], [for factor in [2, 9, 10, 99, 1000000] : var.max_body_bytes * factor]) : can(regex(local.more_than_max_body_bytes, tostring(bytes)))])
    error_message = "Larger bodies do not."
  }

  assert {
    condition     = length(local.more_than_max_body_bytes) <= 200
    error_message = "AWS WAF takes regular expressions of 200 characters."
  }
}

run "zeros_in_front" {
  command = plan

  assert {
    condition     = can(regex(local.more_than_max_body_bytes, "0002097153")) && !can(regex(local.more_than_max_body_bytes, "0002097152"))
    error_message = "Zeros in front do not change a number."
  }
}

run "no_number" {
  command = plan

  assert {
    condition     = alltrue([for text in ["", "x", "2097153x", "x2097153", "20 97153"] : !can(regex(local.more_than_max_body_bytes, text))])
    error_message = "What is no number is not for this rule."
  }
}

run "limit_is_too_low" {
  command = plan

  variables {
    max_body_bytes = 1023
  }

  expect_failures = [var.max_body_bytes]
}

run "limit_is_too_high" {
  command = plan

  variables {
    max_body_bytes = 10485761
  }

  expect_failures = [var.max_body_bytes]
}

run "limit_is_not_whole" {
  command = plan

  variables {
    max_body_bytes = 2048.5
  }

  expect_failures = [var.max_body_bytes]
}
