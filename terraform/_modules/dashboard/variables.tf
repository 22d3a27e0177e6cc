variable "name" {
  type        = string
  description = "Name of the dashboard, such as rest-api-test."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,49}$", var.name))
    error_message = "name must be 1 to 50 lower-case letters, digits and hyphens, and start with a letter."
  }
}

variable "sections" {
  type = list(object({
    title = string
    widgets = list(object({
      title   = string
      stat    = optional(string, "Average")
      period  = optional(number, 60)
      unit    = optional(string)
      stacked = optional(bool, false)
      metrics = optional(list(object({
        namespace  = string
        name       = string
        dimensions = map(string)
        label      = optional(string)
        stat       = optional(string)
      })), [])
      alarms = optional(list(string))
    }))
  }))
  description = <<-EOT
    What the dashboard shows, from the top down: sections, each a title and widgets, which are put three in a row.

    A widget is a graph of metrics. stat is how the values of a period (seconds) become one: Sum, Average, p95 and so on, for all metrics or for one of them. unit is written beside the axis.
    With alarms, which are ARNs, it is the state of these alarms instead.
  EOT

  validation {
    condition     = length(var.sections) > 0 && alltrue([for section in var.sections : length(section.widgets) > 0])
    error_message = "sections must have at least one section, and each at least one widget."
  }

  validation {
    condition     = alltrue([for widget in flatten(var.sections[*].widgets) : (length(widget.metrics) > 0) != (widget.alarms != null)])
    error_message = "sections: each widget must have either metrics or alarms."
  }
}
