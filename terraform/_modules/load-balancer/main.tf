resource "aws_security_group" "this" {
  name        = "${var.name}-load-balancer"
  description = "Callers reach the load balancer, and it the containers."
  vpc_id      = var.vpc_id

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "this" {
  #checkov:skip=CKV_AWS_260:Plain HTTP is turned away to HTTPS wherever there is a certificate; who may come in is a variable.
  for_each = local.doors

  security_group_id = aws_security_group.this.id
  description       = "Callers (${each.key})."
  cidr_ipv4         = each.value.cidr
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "containers" {
  security_group_id = aws_security_group.this.id
  description       = "To the containers."
  cidr_ipv4         = var.vpc_cidr
  ip_protocol       = "tcp"
  from_port         = var.container_port
  to_port           = var.container_port
}

resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:The firewall's log and the service's own have every request; access logs in S3 would be a third copy, and a bucket.
  #checkov:skip=CKV_AWS_150:Whether it is protected is the caller's decision: an environment for trying out comes and goes.
  #checkov:skip=CKV2_AWS_20:Plain HTTP is turned away wherever there is a certificate.
  #checkov:skip=CKV2_AWS_76:The caller's firewall has the rules against known bad inputs.
  name               = local.short_name
  load_balancer_type = "application"
  security_groups    = [aws_security_group.this.id]
  subnets            = var.subnet_ids

  idle_timeout               = var.idle_timeout
  drop_invalid_header_fields = true
  desync_mitigation_mode     = "defensive"
  enable_deletion_protection = var.deletion_protection
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_lb.this.arn
  web_acl_arn  = var.web_acl_arn
}

# One is in production; the next version is started in the other.
resource "aws_lb_target_group" "this" {
  #checkov:skip=CKV_AWS_378:Inside the network, and only to the containers' security group; a certificate in each would be one more secret.
  for_each = toset(["blue", "green"])

  name        = "${local.short_name}-${each.key}"
  vpc_id      = var.vpc_id
  target_type = "ip"
  protocol    = "HTTP"
  port        = var.container_port

  deregistration_delay = var.deregistration_delay

  health_check {
    path                = var.health_check.path
    matcher             = "200"
    interval            = var.health_check.interval
    timeout             = var.health_check.timeout
    healthy_threshold   = var.health_check.healthy_threshold
    unhealthy_threshold = var.health_check.unhealthy_threshold
  }
}

resource "aws_lb_listener" "this" {
  #checkov:skip=CKV_AWS_2:Plain HTTP is for trying out without a domain; production refuses it.
  #checkov:skip=CKV_AWS_103:The policy is TLS 1.2 and above by default; checkov does not read the variable.
  for_each = local.listeners

  load_balancer_arn = aws_lb.this.arn
  port              = each.value.port
  protocol          = local.protocol
  certificate_arn   = var.https ? var.certificate_arn : null
  ssl_policy        = var.https ? var.ssl_policy : null

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this[each.value.colour].arn
  }

  # CodeDeploy moves it with every release; a plan must not move it back.
  lifecycle {
    ignore_changes = [default_action]
  }
}

resource "aws_lb_listener" "redirect" {
  count = var.https ? 1 : 0

  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
