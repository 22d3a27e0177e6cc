# Region and credentials come from the environment: AWS_REGION and the role that the job has assumed.
provider "aws" {
  default_tags {
    tags = {
      Project     = var.identifier
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}
