"""A flow log keeps all that it was made with.

Emulator: forgets the role, the interval, the format and the tags of a flow log, so that Terraform's provider wants to replace it in every
plan.
AWS: tells them (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html); tags come in a specification for
vpc-flow-log (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html).

What is kept lies in the flow log's own record, so it is saved, restored and deleted with it. Nothing is logged.
"""

import functools
import re
from xml.sax.saxutils import escape

import patching

WRITTEN_FOR = "1.5.33"

_KEPT = "sandbox:kept"
_DEFAULT_FORMAT = (
    "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} "
    "${start} ${end} ${action} ${log-status}"
)


def apply():
    from ministack.services import ec2

    def make_create(original):
        @functools.wraps(original)
        def create_flow_logs(params):
            before = set(ec2._flow_logs.keys())
            answer = original(params)
            for flow_log_id in set(ec2._flow_logs.keys()) - before:
                record = ec2._flow_logs[flow_log_id]
                record[_KEPT] = {
                    "deliverLogsPermissionArn": ec2._p(params, "DeliverLogsPermissionArn"),
                    "maxAggregationInterval": ec2._p(params, "MaxAggregationInterval") or "600",
                    "logFormat": ec2._p(params, "LogFormat") or _DEFAULT_FORMAT,
                    # A log group is told by its name too, which is in its ARN.
                    "logGroupName": record["LogDestination"].removesuffix(":*").rpartition(":log-group:")[2],
                }
                ec2._parse_tag_specs(params, "vpc-flow-log", flow_log_id)
            return answer

        return create_flow_logs

    def make_describe(original):
        @functools.wraps(original)
        def describe_flow_logs(params):
            status, headers, body = original(params)
            def with_more(match):
                kept = ec2._flow_logs[match.group(1)].get(_KEPT, {})
                more = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in kept.items() if value)
                return f"{match.group(0)}{more}"

            return status, headers, re.sub(r"<flowLogId>(fl-\w+)</flowLogId>", with_more, body.decode()).encode()

        return describe_flow_logs

    patching.wrap(ec2, "_create_flow_logs", ["params"], make_create)
    patching.wrap(ec2, "_describe_flow_logs", ["params"], make_describe)
    # The emulator calls them by this table.
    ec2._ACTION_MAP["CreateFlowLogs"] = ec2._create_flow_logs
    ec2._ACTION_MAP["DescribeFlowLogs"] = ec2._describe_flow_logs
