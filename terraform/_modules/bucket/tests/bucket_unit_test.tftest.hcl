mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  name = "terraform-artifacts-123456789012-eu-west-1"
}

override_resource {
  target = aws_s3_bucket.this
  values = { arn = "arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1" }
}

run "bucket" {
  assert {
    condition     = output.name == var.name && output.arn == aws_s3_bucket.this.arn
    error_message = "The outputs are the bucket's."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy != true
    error_message = "A bucket that holds something is not deleted."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "What is written over can be brought back."
  }

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.this.block_public_acls, aws_s3_bucket_public_access_block.this.block_public_policy,
      aws_s3_bucket_public_access_block.this.ignore_public_acls, aws_s3_bucket_public_access_block.this.restrict_public_buckets,
    ])
    error_message = "Nothing in it is public."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "There are no access lists."
  }
}

run "tls_only" {
  assert {
    condition = jsondecode(aws_s3_bucket_policy.this.policy).Statement == [{
      Sid       = "TlsOnly"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1", "arn:aws:s3:::terraform-artifacts-123456789012-eu-west-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
    error_message = "Bucket and objects answer TLS only."
  }
}

run "encryption_by_s3" {
  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "Without a key of ours, objects are encrypted with S3's."
  }
}

run "encryption_with_a_key" {
  variables {
    encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition = (
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" &&
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.encryption_key_arn &&
      one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    )
    error_message = "Objects are encrypted with the key that was given, which is asked for once per bucket and not per object."
  }
}

run "old_versions" {
  variables {
    old_version_days  = 30
    kept_old_versions = 5
  }

  assert {
    condition = (
      aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30 &&
      aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].newer_noncurrent_versions == 5
    )
    error_message = "Old versions go after the days that were given, but for the newest."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].expired_object_delete_marker && aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days != 1
    error_message = "What is current stays; only what is left of deleted objects goes."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[1].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    error_message = "Uploads that were broken off go after a week."
  }

  assert {
    condition     = alltrue([for rule in aws_s3_bucket_lifecycle_configuration.this.rule : rule.status == "Enabled"])
    error_message = "Both rules count."
  }
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "Artifacts"
  }

  expect_failures = [var.name]
}

run "name_too_long" {
  command = plan

  variables {
    name = "a123456789-123456789-123456789-123456789-123456789-123456789-1234"
  }

  expect_failures = [var.name]
}

run "no_days" {
  command = plan

  variables {
    old_version_days = 0
  }

  expect_failures = [var.old_version_days]
}

run "too_many_old_versions" {
  command = plan

  variables {
    kept_old_versions = 101
  }

  expect_failures = [var.kept_old_versions]
}
