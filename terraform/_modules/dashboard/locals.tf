locals {
  # CloudWatch's grid has 24 columns:
  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
  columns         = 24
  widgets_per_row = 3
  width           = local.columns / local.widgets_per_row
  height          = 6
  title_height    = 1

  section_heights = [for section in var.sections : local.title_height + local.height * ceil(length(section.widgets) / local.widgets_per_row)]

  # Rows down to where each section begins.
  section_tops = [for index in range(length(var.sections)) : sum(concat([0], slice(local.section_heights, 0, index)))]

  widgets = flatten([
    for index, section in var.sections : [
      {
        type       = "text"
        x          = 0
        y          = local.section_tops[index]
        width      = local.columns
        height     = local.title_height
        properties = { markdown = "## ${section.title}", background = "transparent" }
      },
      [
        for position, widget in section.widgets : {
          type   = widget.alarms == null ? "metric" : "alarm"
          x      = local.width * (position % local.widgets_per_row)
          y      = local.section_tops[index] + local.title_height + local.height * floor(position / local.widgets_per_row)
          width  = local.width
          height = local.height
          properties = {
            for name, value in merge(local.graphs[index][position], { alarms = widget.alarms }) : name => value
            if name == "title" || (name == "alarms") == (widget.alarms != null)
          }
        }
      ],
    ]
  ])

  graphs = [
    for section in var.sections : [
      for widget in section.widgets : {
        title   = widget.title
        view    = "timeSeries"
        region  = data.aws_region.current.id
        stat    = widget.stat
        period  = widget.period
        stacked = widget.stacked
        # From zero, so that a ripple does not look like a wave.
        yAxis = { left = merge({ min = 0, showUnits = false }, widget.unit == null ? {} : { label = widget.unit }) }
        metrics = [
          for metric in widget.metrics : concat(
            [metric.namespace, metric.name],
            flatten([for name, value in metric.dimensions : [name, value]]),
            [{ for option, value in { label = metric.label, stat = metric.stat } : option => value if value != null }],
          )
        ]
      }
    ]
  ]

  # https://docs.aws.amazon.com/general/latest/gr/console-service.html
  console = {
    aws        = "console.aws.amazon.com"
    aws-cn     = "console.amazonaws.cn"
    aws-us-gov = "console.amazonaws-us-gov.com"
  }
}
