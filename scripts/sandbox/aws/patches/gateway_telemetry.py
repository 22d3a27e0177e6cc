"""API Gateway counts its calls and writes a line for each into the stage's access log.

Emulator: neither.
AWS: Count, 4XXError, 5XXError, Latency and IntegrationLatency in AWS/ApiGateway, for the API, the stage and, where the stage's
method settings switch metrics on, the method; the error metrics hold a 0 or 1 per request, so their Average is the rate
(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html). A line of the access
log is the stage's format with its variables replaced, "-" for one that has no value
(https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html and, for the variables,
api-gateway-variables-for-access-logging.html beside it). The request id is the same in the answer's header, in the log and
in the function's event.

What AWS does with a quote in a value is not documented; here it is escaped, as in JSON.
"""

import contextvars
import functools
import json
import re
import secrets
import time

import patching

WRITTEN_FOR = "1.5.33"

_VARIABLE = re.compile(r"\$context\.([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z][A-Za-z0-9]*)*)")

# What is known of the call that is being served, filled in on its way: request, error, key, started, integration_ms, result.
_call = contextvars.ContextVar("sandbox_gateway_call", default=None)


def render(template, variables):
    """A line of the access log. https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html"""

    def value(match):
        found = variables.get(match[1])
        if found is None or found == "":
            return "-"
        return found if match[1] == "error.messageString" else json.dumps(str(found), ensure_ascii=False)[1:-1]

    return _VARIABLE.sub(value, template).rstrip("\n")


def _milliseconds(since):
    return round((time.perf_counter() - since) * 1000)


def _error_variables(error):
    if error is None:
        return {}
    return {
        "error.message": error.message,
        "error.messageString": json.dumps(error.message),
        "error.responseType": error.response_type,
        "error.validationErrorString": getattr(error, "validation_cause", None),
    }


def _integration_variables(call, status):
    if "integration_ms" not in call:
        return {}
    result = call["result"] or {}
    failed = result.get("error") and (
        "Lambda execution failed with status 200 due to customer function error: "
        + str((result["body"] or {}).get("errorMessage") if isinstance(result.get("body"), dict) else result.get("body"))
    )
    latency, lambda_status = call["integration_ms"], 429 if result.get("throttle") else 200
    return {
        "integrationLatency": latency,
        "integration.latency": latency,
        "integrationStatus": lambda_status,
        "integration.integrationStatus": lambda_status,
        "integration.status": None if failed else status,
        "integrationErrorMessage": failed,
        "integration.error": failed,
    }


def apply():
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import apigateway_v1 as gateway
    from ministack.services import cloudwatch, cloudwatch_logs, waf

    def count(call, method, status):
        request, stage = call["request"], call["request"]["stage"]
        names = {"ApiName": gateway._rest_apis[request["api_id"]]["name"]}
        in_stage = {**names, "Stage": request["stage_name"]}
        dimensions = [names, in_stage]
        path = request["resource_path"]
        settings = stage.get("methodSettings") or {}
        of_method = settings.get(f"{path}/{method}") or settings.get(f"{path.lstrip('/')}/{method}") or settings.get("*/*")
        if path and (of_method or {}).get("metricsEnabled"):
            dimensions.append({**in_stage, "Method": method, "Resource": path})
        metrics = [
            ("Count", 1, "Count"),
            ("4XXError", 400 <= status < 500, "Count"),
            ("5XXError", status >= 500, "Count"),
            ("Latency", call["latency"], "Milliseconds"),
        ]
        if "integration_ms" in call:
            metrics.append(("IntegrationLatency", call["integration_ms"], "Milliseconds"))
        for each in dimensions:
            for name, value, unit in metrics:
                cloudwatch.record_metric("AWS/ApiGateway", name, value, unit, each)

    def variables(call, method, path, status, body):
        request = call["request"]
        api_id, stage_name, headers = request["api_id"], request["stage_name"], request["headers"]
        stage_arn = f"arn:aws:apigateway:{get_region()}::/restapis/{api_id}/stages/{stage_name}"
        web_acl = waf._associations.get(stage_arn)
        return {
            "accountId": get_account_id(),
            "apiId": api_id,
            "deploymentId": request["stage"].get("deploymentId"),
            "domainName": gateway._header_ci(headers, "host"),
            "extendedRequestId": request["request_id"],
            "httpMethod": method,
            "identity.apiKeyId": (call.get("key") or {}).get("id"),
            "identity.sourceIp": (gateway._header_ci(headers, "x-forwarded-for") or "127.0.0.1").split(",")[0].strip(),
            "identity.userAgent": gateway._header_ci(headers, "user-agent"),
            "path": f"/{stage_name}{path}",
            "protocol": "HTTP/1.1",
            "requestId": request["request_id"],
            "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(call["time"])),
            "requestTimeEpoch": round(call["time"] * 1000),
            "resourcePath": request["resource_path"],
            "responseLatency": call["latency"],
            "responseLength": len(body or b""),
            "stage": stage_name,
            "status": status,
            "waf.status": 200 if web_acl else None,
            "wafResponseCode": "WAF_ALLOW" if web_acl else None,
            "webaclArn": web_acl,
            "xrayTraceId": call.get("trace"),
            **_error_variables(call.get("error")),
            **_integration_variables(call, status),
        }

    def log_access(call, *answer):
        settings = call["request"]["stage"].get("accessLogSettings") or {}
        _arn, is_group, group = (settings.get("destinationArn") or "").partition(":log-group:")
        if not is_group or not settings.get("format"):
            return
        stream = {"logGroupName": group.removesuffix(":*"), "logStreamName": call["request"]["stage"]["deploymentId"]}
        line = render(settings["format"], variables(call, *answer))
        cloudwatch_logs._create_log_stream(stream)
        event = {"timestamp": round(call["time"] * 1000), "message": line}
        status, _headers, said = cloudwatch_logs._put_log_events({**stream, "logEvents": [event]})
        if status >= 300:
            gateway.logger.warning("No access log in %s: %s", group, said)

    def make_handle(original):
        @functools.wraps(original)
        async def handle(api_id, stage_name, method, path, *args):
            call = {"time": time.time(), "started": time.perf_counter()}
            token = _call.set(call)
            try:
                status, headers, body = await original(api_id, stage_name, method, path, *args)
            finally:
                _call.reset(token)
            if (call.get("request") or {}).get("stage"):
                call["latency"] = _milliseconds(call["started"])
                headers.setdefault("x-amzn-requestid", call["request"]["request_id"])
                count(call, method, status)
                log_access(call, method, path, status, body)
            return status, headers, body

        return handle

    def make_execute(original):
        @functools.wraps(original)
        async def execute(request, *args):
            _call.get()["request"] = request
            return await original(request, *args)

        return execute

    def make_render(original):
        @functools.wraps(original)
        def render_error(error, request):
            call = _call.get()
            if call is not None:
                call["error"] = error
            return original(error, request)

        return render_error

    def make_check_key(original):
        @functools.wraps(original)
        def check_key(*args):
            error, key = original(*args)
            _call.get()["key"] = key
            return error, key

        return check_key

    def make_build(original):
        @functools.wraps(original)
        def build(api_id, stage_name, stage, *args, **kwargs):
            event, call = original(api_id, stage_name, stage, *args, **kwargs), _call.get()
            event["requestContext"]["requestId"] = call["request"]["request_id"]
            event["requestContext"]["extendedRequestId"] = call["request"]["request_id"]
            if stage.get("tracingEnabled"):
                # https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-traceids
                call["trace"] = f"1-{int(call['time']):08x}-{secrets.token_hex(12)}"
                event["headers"]["X-Amzn-Trace-Id"] = f"Root={call['trace']}"
            return event

        return build

    def make_invoke(original):
        @functools.wraps(original)
        async def invoke(*args, **kwargs):
            call, started = _call.get(), time.perf_counter()
            result, error = None, None
            try:
                result, error = await original(*args, **kwargs)
            finally:
                call["integration_ms"], call["result"] = _milliseconds(started), result
            return result, error

        return invoke

    patching.wrap(gateway, "_handle_execute_in_scope", ["api_id", "stage_name", "method", "path"], make_handle)
    patching.wrap(gateway, "_execute_in_scope", ["request", "api_id", "stage_name"], make_execute)
    patching.wrap(gateway, "_gateway_error_response", ["error", "request"], make_render)
    patching.wrap(gateway, "_check_api_key", ["method_obj", "api_id"], make_check_key)
    patching.wrap(gateway, "_build_lambda_event_v1", ["api_id", "stage_name", "stage"], make_build)
    patching.wrap(gateway, "_call_lambda_raw", ["function_ref", "event"], make_invoke)
