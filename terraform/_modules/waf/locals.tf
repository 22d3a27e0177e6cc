locals {
  # Names of the rules, and of their metrics.
  rules = {
    rate_limit       = "rate-limit"
    body_size        = "body-size"
    ip_reputation    = "ip-reputation"
    known_bad_inputs = "known-bad-inputs"
    common           = "common"
  }

  # https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
  managed_rule_groups = {
    AWSManagedRulesAmazonIpReputationList = { rule = local.rules.ip_reputation, priority = 2, counted_only = [] }
    # A dollar a month against Log4Shell and its like, which the common rules do not know.
    AWSManagedRulesKnownBadInputsRuleSet = { rule = local.rules.known_bad_inputs, priority = 3, counted_only = [] }
    # Its own limit for a body is 8 KB. Ours is max_body_bytes.
    AWSManagedRulesCommonRuleSet = { rule = local.rules.common, priority = 4, counted_only = ["SizeRestrictions_BODY"] }
  }

  redacted_headers = ["authorization", "cookie", "x-api-key"]

  # Numbers above the limit: those with more digits, and per digit of the limit those that are the same before it and more
  # there. AWS WAF compares no header as a number.
  digits = split("", tostring(var.max_body_bytes))
  more_than_max_body_bytes = join("", [
    "^0*(",
    join("|", concat(
      ["[1-9]\\d{${length(local.digits)},}"],
      [
        for index, digit in local.digits : join("", [
          join("", slice(local.digits, 0, index)),
          digit == "8" ? "9" : "[${tonumber(digit) + 1}-9]",
          index == length(local.digits) - 1 ? "" : "\\d{${length(local.digits) - 1 - index}}",
        ]) if digit != "9"
      ],
    )),
    ")$",
  ])
}
