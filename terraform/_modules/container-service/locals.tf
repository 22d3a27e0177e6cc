locals {
  # Two places for keys that take turns: rotation n writes one of them anew and leaves the other as it is.
  key_slots = {
    a = var.api_key.rotation % 2 == 1 ? var.api_key.rotation : var.api_key.rotation - 1
    b = var.api_key.rotation % 2 == 0 ? var.api_key.rotation : var.api_key.rotation - 1
  }
  current_slot  = var.api_key.rotation % 2 == 1 ? "a" : "b"
  previous_slot = local.current_slot == "a" ? "b" : "a"

  secrets = merge(
    { API_KEY = aws_ssm_parameter.api_key[local.current_slot].arn },
    var.api_key.accept_previous && var.api_key.rotation > 1 ? { API_KEY_PREVIOUS = aws_ssm_parameter.api_key[local.previous_slot].arn } : {},
  )

  container_name = "service"

  # Longer than the service takes to shut down; Fargate allows 120.
  stop_timeout = 60

  # The one definition of what a task is: Terraform registers it, and a release registers it again with another image.
  task_definition = {
    family                  = var.name
    networkMode             = "awsvpc"
    requiresCompatibilities = ["FARGATE"]
    cpu                     = tostring(var.cpu)
    memory                  = tostring(var.memory)
    executionRoleArn        = aws_iam_role.execution.arn
    taskRoleArn             = aws_iam_role.task.arn
    runtimePlatform         = { cpuArchitecture = var.architecture, operatingSystemFamily = "LINUX" }
    containerDefinitions = [{
      name                   = local.container_name
      image                  = var.image
      essential              = true
      user                   = "65532:65532"
      readonlyRootFilesystem = true
      stopTimeout            = local.stop_timeout
      portMappings           = [{ containerPort = var.container_port, hostPort = var.container_port, protocol = "tcp" }]
      environment            = [for name, value in merge(var.environment, { PORT = tostring(var.container_port) }) : { name = name, value = value }]
      secrets                = [for name, arn in local.secrets : { name = name, valueFrom = arn }]
      healthCheck = {
        command     = ["CMD", "node", "health.mjs"]
        interval    = 30
        timeout     = 5
        retries     = 3
        startPeriod = 15
      }
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = aws_cloudwatch_log_group.this.name
          awslogs-region        = data.aws_region.current.id
          awslogs-stream-prefix = local.container_name
          # Rather lose a line than stop answering.
          mode            = "non-blocking"
          max-buffer-size = "4m"
        }
      }
      linuxParameters = { initProcessEnabled = true }
    }]
  }
}
