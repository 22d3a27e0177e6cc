identifier  = "rest-api"
environment = "test"

stages = {
  test = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
  prod = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
}

log_retention_in_days = 14
