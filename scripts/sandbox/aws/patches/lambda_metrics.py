"""Lambda counts every invocation, by function and by the alias or version it was called by.

Emulator: counts direct calls only, by function only; nothing that comes through API Gateway.
AWS: Invocations, Errors, Throttles and Duration with the dimensions FunctionName; FunctionName and Resource ("name" or
"name:qualifier"); and, where an alias has weights, ExecutedVersion beside them
(https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html). A throttled call is not an invocation. Unlike at
AWS, a cold start is part of Duration.
"""

import functools
import time

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import cloudwatch, lambda_svc

    def dimensions(config):
        name, resource = config["FunctionName"], config["FunctionArn"].split(":function:")[-1]
        yield {"FunctionName": name}
        yield {"FunctionName": name, "Resource": resource}
        aliases = (lambda_svc._functions.get(name) or {}).get("aliases") or {}
        alias = aliases.get(resource.partition(":")[2]) or {}
        if (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            yield {"FunctionName": name, "Resource": resource, "ExecutedVersion": config["Version"]}

    def make_execute(original):
        @functools.wraps(original)
        def execute(func, event):
            config = func.get("config") or func
            if lambda_svc._function_config_scope_mismatch(config):
                return original(func, event)  # which comes back here in the function's own region
            started = time.perf_counter()
            result = original(func, event)
            duration = (time.perf_counter() - started) * 1000
            throttled = bool(result.get("throttle"))
            metrics = [("Throttles", throttled, "Count")]
            if not throttled:
                metrics += [
                    ("Invocations", 1, "Count"),
                    ("Errors", bool(result.get("error")), "Count"),
                    ("Duration", duration, "Milliseconds"),
                ]
            for each in dimensions(config):
                for name, value, unit in metrics:
                    cloudwatch.record_metric("AWS/Lambda", name, value, unit, each)
            return result

        return execute

    def make_emit(original):
        return functools.wraps(original)(lambda *_args, **_kwargs: None)

    patching.wrap(lambda_svc, "_execute_function", ["func", "event"], make_execute)
    patching.wrap(lambda_svc, "_emit_lambda_metrics", ["function_name"], make_emit)
