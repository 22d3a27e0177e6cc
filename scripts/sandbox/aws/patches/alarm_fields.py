"""Alarms are kept and described with all that was asked for.

Emulator: in the query protocol (Terraform's provider 5.100) it drops InsufficientDataActions and describes a third of an
alarm's members; in both protocols it adds the statistic Average to a percentile and drops EvaluateLowSampleCountPercentile,
so that every plan wants to change the alarm.
AWS: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html; Statistic and ExtendedStatistic
exclude each other.
"""

import functools
import json
from xml.sax.saxutils import escape

import patching

WRITTEN_FOR = "1.5.33"

_LOW_SAMPLES = "EvaluateLowSampleCountPercentile"


def _xml(value):
    """https://smithy.io/2.0/aws/protocols/aws-query-protocol.html: members in elements, lists in <member>s."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(item)}</{name}>" for name, item in value.items() if item is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    return escape(json.dumps(value) if isinstance(value, (bool, int, float)) else str(value))


def apply():
    from ministack.services import cloudwatch

    def members(params, name):
        """A list in the query protocol: Name.member.1, Name.member.2, …"""
        values = []
        while value := cloudwatch._p(params, f"{name}.member.{len(values) + 1}"):
            values.append(value)
        return values

    def make_put(original):
        @functools.wraps(original)
        def put(params, cbor_data, is_cbor, is_json=False):
            response = original(params, cbor_data, is_cbor, is_json)
            query = not (is_cbor or is_json)
            alarm = cloudwatch._alarms.get(cloudwatch._p(params, "AlarmName") if query else cbor_data.get("AlarmName"))
            if response[0] < 300 and alarm is not None:
                if alarm["ExtendedStatistic"]:
                    alarm.pop("Statistic", None)
                if query:
                    alarm["InsufficientDataActions"] = members(params, "InsufficientDataActions")
                alarm[_LOW_SAMPLES] = (
                    cloudwatch._p(params, _LOW_SAMPLES) or None if query else cbor_data.get(_LOW_SAMPLES)
                )
            return response

        return put

    def make_describe(original):
        @functools.wraps(original)
        def describe(params, cbor_data, is_cbor, is_json=False):
            if is_cbor or is_json:
                return original(params, cbor_data, is_cbor, is_json)
            asked = {name: members(params, name) for name in ("AlarmNames", "AlarmTypes")}
            for name in ("AlarmNamePrefix", "StateValue", "MaxRecords", "NextToken"):
                asked[name] = cloudwatch._p(params, name) or None
            status, headers, body = original({}, asked, False, True)
            if status >= 300:
                return original(params, cbor_data, is_cbor, is_json)
            result = json.loads(body)
            for alarm in result["MetricAlarms"] + result["CompositeAlarms"]:
                for name in [name for name in alarm if name.endswith("Timestamp")]:
                    alarm[name] = cloudwatch._ts_iso(alarm[name])
            inner = f"<DescribeAlarmsResult>{_xml(result)}</DescribeAlarmsResult>"
            return cloudwatch._xml(200, "DescribeAlarmsResponse", inner)

        return describe

    parameters = ["params", "cbor_data", "is_cbor", "is_json"]
    patching.wrap(cloudwatch, "_put_metric_alarm", parameters, make_put)
    patching.wrap(cloudwatch, "_describe_alarms", parameters, make_describe)
