# The resource tree. A resource block cannot refer to itself, so each level of the tree is a block of its own.

resource "aws_api_gateway_resource" "level_1" {
  for_each = { for path, place in local.tree : path => place if place.depth == 1 }

  rest_api_id = var.rest_api.id
  parent_id   = var.rest_api.root_resource_id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "level_2" {
  for_each = { for path, place in local.tree : path => place if place.depth == 2 }

  rest_api_id = var.rest_api.id
  parent_id   = aws_api_gateway_resource.level_1[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "level_3" {
  for_each = { for path, place in local.tree : path => place if place.depth == 3 }

  rest_api_id = var.rest_api.id
  parent_id   = aws_api_gateway_resource.level_2[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "level_4" {
  for_each = { for path, place in local.tree : path => place if place.depth == 4 }

  rest_api_id = var.rest_api.id
  parent_id   = aws_api_gateway_resource.level_3[each.value.parent].id
  path_part   = each.value.part
}

resource "aws_api_gateway_resource" "level_5" {
  for_each = { for path, place in local.tree : path => place if place.depth == 5 }

  rest_api_id = var.rest_api.id
  parent_id   = aws_api_gateway_resource.level_4[each.value.parent].id
  path_part   = each.value.part
}

locals {
  resource_ids = merge(
    { "/" = var.rest_api.root_resource_id },
    { for path, resource in aws_api_gateway_resource.level_1 : path => resource.id },
    { for path, resource in aws_api_gateway_resource.level_2 : path => resource.id },
    { for path, resource in aws_api_gateway_resource.level_3 : path => resource.id },
    { for path, resource in aws_api_gateway_resource.level_4 : path => resource.id },
    { for path, resource in aws_api_gateway_resource.level_5 : path => resource.id },
  )
}
