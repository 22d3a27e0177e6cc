identifier  = "rest-api"
environment = "test"

stages = {
  test = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
  prod = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
}

# With a Route 53 zone in this account, the API is at https://api-test.example.com:
# domain = { zone_name = "example.com" }

# Who is told of alarms:
# alarm_emails = ["team@example.com"]

log_retention_in_days = 14
