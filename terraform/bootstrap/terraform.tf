terraform {
  required_version = ">= 1.11, < 2"

  # `make bootstrap` knows how: the first time the state is beside this file, until there is a bucket to move it into.
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
