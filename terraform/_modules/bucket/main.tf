resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18:Who reads and writes is in CloudTrail; a bucket of access logs would need one of its own again.
  #checkov:skip=CKV_AWS_144:What is lost with a region can be made again from git; a copy elsewhere would double the cost.
  #checkov:skip=CKV_AWS_145:Encrypted with S3's own key unless one is given: every role that may read the objects could use the key as well.
  #checkov:skip=CKV2_AWS_62:Nobody waits for objects to come.
  bucket = var.name
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = var.encryption_key_arn != null

    apply_server_side_encryption_by_default {
      sse_algorithm     = var.encryption_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.encryption_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket = aws_s3_bucket.this.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

# No access lists: what the policies of roles and of the bucket say is all there is.
resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = local.policy

  # S3 refuses two changes of a bucket's access at once.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days           = var.old_version_days
      newer_noncurrent_versions = var.kept_old_versions
    }

    # What is left of an object when all its versions are gone.
    expiration {
      expired_object_delete_marker = true
    }
  }

  rule {
    id     = "uploads-that-were-broken-off"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  # Old versions are there only where versions are.
  depends_on = [aws_s3_bucket_versioning.this]
}
