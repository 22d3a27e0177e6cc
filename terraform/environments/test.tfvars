identifier  = "rest-api"
environment = "test"

stages = {
  test = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
  prod = { quota_per_day = 1000, rate_limit = 10, burst_limit = 10 }
}

# What the service is released from: this repository at GitHub.
repository = "acme/rest-api"

# Cheap, for trying out: no NAT gateway, and one task of the service, two at most.
network = { nat = "none" }
service = { min_count = 1, max_count = 2 }

# With a Route 53 zone in this account, the API is at https://api-test.example.com and the service at
# https://service-test.example.com; without one the service speaks plain HTTP:
# domain = { zone_name = "example.com" }

# Who is told of alarms:
# alarm_emails = ["team@example.com"]

log_retention_in_days = 14
