"""An alarm is judged as CloudWatch judges it.

Emulator: takes all data points of the metric's name, whatever their dimensions, as one period, and never says that data is
missing.
AWS: one data point per period, of the metric with exactly these dimensions; M of the last N decide
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html); missing ones count as
TreatMissingData says, and only where the evaluation range has fewer than N real ones
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html, whose tables are the test).

Judged when data is put, when the alarm is put and when it is described; there is no clock in between. A period that is not
over counts as soon as it has data, so that nobody waits for a minute; AWS is up to two minutes behind. With
EvaluateLowSampleCountPercentile and expressions (Metrics) nothing is done.

What the sandbox measured itself (not what somebody put) is as old as it would be at the sandbox's default speed, as far as an alarm of
one period goes: it fires at once, and is quiet again after seconds, as at AWS after minutes. With more periods nothing would ever be
in all of them, so there they are real ones.

Emulator: an alarm that is changed, or whose state is set, is judged again at once.
AWS: PutMetricAlarm of an alarm that is there leaves its state as it was, also when it looks at another metric from then on, and
SetAlarmState sets one; both until the next evaluation
(https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html, …/API_SetAlarmState.html). So whoever points an
alarm that fires to something else and does not set its state finds it firing, here as there.
"""

import functools
import time

import patching

WRITTEN_FOR = "1.5.33"

# AWS looks at more periods than N, and does not publish how many: in its examples at 5 where N is 3.
_EXTRA_PERIODS = 2

# AWS is up to so many periods behind.
_PERIODS_BEHIND = 2

# The sandbox's by default (services/pace.ts); the emulator is not told of another one.
_SPEED = 60

# AWS evaluates once a minute.
_UNTIL_NEXT_SECONDS = 60 / _SPEED

_MEASURED = "Measured"

_BREACHES = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def decide(breaching, n, m, missing, current):
    """The state that follows from the evaluation range.

    breaching: one entry per period, oldest first; True, False, or None where there is no data point
    n, m:      EvaluationPeriods and DatapointsToAlarm
    missing:   TreatMissingData
    current:   the state to keep when the data does not decide
    """
    real = [point for point in breaching if point is not None][-n:]
    filled = n - len(real)
    if sum(real) >= m:
        return "ALARM"
    if missing == "breaching" and sum(real) + filled >= m:
        return "ALARM"
    if filled == 0 or missing in ("breaching", "notBreaching") or False in real:
        return "OK"
    if missing == "ignore":
        return current
    if not real:
        return "INSUFFICIENT_DATA"
    # Too few, and all of them breach. The oldest within N periods must be at least M periods old, lest a metric that has
    # only begun be an alarm ("avoiding premature transitions" on the page above).
    recent = breaching[-n:]
    return "ALARM" if True in recent and len(recent) - recent.index(True) >= m else current


def evaluate(alarm, points, now, value_of):
    """State and reason.

    points:   the emulator's, of this alarm's metric: {"Timestamp": epoch seconds, "Unit", …}, and "Measured" where the sandbox did it
    value_of: from the points of one period to the alarm's statistic, None when they have none
    """
    period, n = alarm["Period"], alarm["EvaluationPeriods"]
    m = alarm.get("DatapointsToAlarm") or n
    missing = alarm.get("TreatMissingData") or "missing"
    threshold, breaches = alarm["Threshold"], _BREACHES[alarm["ComparisonOperator"]]
    lapses = (n + _EXTRA_PERIODS + _PERIODS_BEHIND) * period / _SPEED
    periods = {}
    for point in points:
        if n == 1 and point.get(_MEASURED) and point["Timestamp"] < now - lapses:
            continue
        if point["Timestamp"] <= now and alarm.get("Unit") in (None, point["Unit"]):
            periods.setdefault(int(point["Timestamp"] // period), []).append(point)
    newest = int(now // period)
    if newest not in periods:
        newest -= 1
    values = [
        value_of(periods[index]) if index in periods else None
        for index in range(newest - n - _EXTRA_PERIODS + 1, newest + 1)
    ]
    breaching = [None if value is None else breaches(value, threshold) for value in values]
    state = decide(breaching, n, m, missing, alarm["StateValue"])
    real = [value for value in values if value is not None][-n:]
    return state, (
        f"{sum(breaches(value, threshold) for value in real)} of {len(real)} datapoints {real} in {n} periods of {period} s "
        f"were {alarm['ComparisonOperator']} {threshold}, {m} make an alarm; missing ones are {missing}."
    )


def apply():
    from ministack.services import cloudwatch

    kept_until = {}

    def keep(name):
        if name in cloudwatch._alarms:
            kept_until[cloudwatch._alarms[name]["AlarmArn"]] = time.monotonic() + _UNTIL_NEXT_SECONDS

    def judge(alarm):
        if kept_until.get(alarm["AlarmArn"], 0) > time.monotonic():
            return
        if alarm.get("ComparisonOperator") not in _BREACHES or not alarm.get("MetricName"):
            return
        statistic = alarm.get("ExtendedStatistic") or alarm.get("Statistic")
        dimensions = cloudwatch._dims_key(cloudwatch._dims_from_list(alarm.get("Dimensions") or []))
        points = cloudwatch._metrics.get((alarm.get("Namespace"), alarm["MetricName"], dimensions)) or []
        old = alarm["StateValue"]
        new, reason = evaluate(
            alarm,
            points,
            time.time(),
            lambda period: cloudwatch._stat_value(cloudwatch._calc_stats(period), statistic, period),
        )
        if new == old:
            return
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)
        cloudwatch._evaluate_parent_alarms(alarm)

    def make_describe(original):
        @functools.wraps(original)
        def describe(*args):
            cloudwatch._evaluate_all_alarms()
            return original(*args)

        return describe

    def make_record(original):
        @functools.wraps(original)
        def record(namespace, metric_name, value, unit="None", dimensions=None):
            dimensions = dict(dimensions or {})
            point = {"Timestamp": time.time(), "Value": float(value), "Unit": unit, "Dimensions": dimensions, _MEASURED: True}
            cloudwatch._metric_bucket((namespace, metric_name, cloudwatch._dims_key(dimensions))).append(point)

        return record

    patching.wrap(
        cloudwatch, "record_metric", ["namespace", "metric_name", "value", "unit", "dimensions"], make_record
    )

    def make_change(original):
        @functools.wraps(original)
        def change(params, cbor_data, is_cbor, is_json=False):
            keep(cbor_data.get("AlarmName") if is_cbor or is_json else cloudwatch._p(params, "AlarmName"))
            return original(params, cbor_data, is_cbor, is_json)

        return change

    for name in ("_put_metric_alarm", "_set_alarm_state"):
        patching.wrap(cloudwatch, name, ["params", "cbor_data", "is_cbor", "is_json"], make_change)
    patching.wrap(cloudwatch, "_evaluate_alarm", ["alarm"], lambda original: functools.wraps(original)(judge))
    for name in ("_describe_alarms", "_describe_alarms_for_metric"):
        patching.wrap(cloudwatch, name, ["params", "cbor_data", "is_cbor"], make_describe)
