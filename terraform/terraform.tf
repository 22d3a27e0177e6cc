terraform {
  required_version = ">= 1.11, < 2"

  # Bucket, key and region are given to init: `make terraform-plan ENV=test` and the actions know how.
  backend "s3" {
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}
