# Region and credentials come from the environment: AWS_REGION, and whoever administers the account.
provider "aws" {
  default_tags {
    tags = {
      Project   = var.identifier
      ManagedBy = "terraform"
    }
  }
}
