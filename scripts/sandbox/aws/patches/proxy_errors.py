"""Errors behind a Lambda proxy integration answer 502 through the gateway response, and say nothing of their cause.

Emulator: an exception in the function answers 502 with the function's own error as the message; a result that is not a
proxy response answers 200 with it; a header or status of another type than it expects breaks it, and an exception in it
answers 500 with its text.
AWS: "If the function's output is of a different format, API Gateway returns a 502 Bad Gateway error response", with the
body {"message": "Internal server error"}
(https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format),
rendered by the gateway response DEFAULT_5XX if the API has one, whose status wins when it sets one
(https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html).
"""

import functools
import json
import secrets

import patching

WRITTEN_FOR = "1.5.33"

# Put where the emulator would put the function's own error text, to find its error answer again.
_MARK = secrets.token_hex(16)


def is_proxy_response(output):
    """Whether API Gateway can read a function's output. Source: the output format on the page above."""
    if not isinstance(output, dict):
        return False
    status = output.get("statusCode")
    if isinstance(status, str) and status.isdigit():
        status = int(status)
    if not isinstance(status, int) or isinstance(status, bool) or not 100 <= status <= 599:
        return False
    if not isinstance(output.get("body", ""), (str, type(None))):
        return False
    return all(isinstance(output.get(key) or {}, dict) for key in ("headers", "multiValueHeaders"))


def _text(value):
    return json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)


def as_strings(output):
    """Numbers and booleans where HTTP has text: JavaScript writes them so, and the emulator breaks on them."""
    headers = {name: _text(value) for name, value in (output.get("headers") or {}).items() if value is not None}
    return {**output, "statusCode": int(output["statusCode"]), "headers": headers, "body": output.get("body") or ""}


def apply():
    from ministack.services import apigateway_v1 as gateway

    def bad_gateway():
        error = gateway._gw_error("DEFAULT_5XX", "Internal server error")
        error.default_status = 502
        return error

    def make_proxy_response(original):
        @functools.wraps(original)
        def proxy_response(result):
            if result.get("throttle"):
                return original(result)
            if result.get("error") or not is_proxy_response(result.get("body")):
                return None, _MARK
            return original({**result, "body": as_strings(result["body"])})

        return proxy_response

    def make_invoke(original):
        @functools.wraps(original)
        async def invoke(*args, **kwargs):
            response = await original(*args, **kwargs)
            if isinstance(response, tuple) and response[2] == json.dumps({"message": _MARK}).encode():
                return bad_gateway()
            return response

        return invoke

    def make_execute(original):
        @functools.wraps(original)
        async def execute(request, *args, **kwargs):
            try:
                return await original(request, *args, **kwargs)
            except Exception:
                if request["stage"] is None:
                    raise
                gateway.logger.exception("execute-api call failed in the emulator")
                return gateway._gw_error("DEFAULT_5XX", "Internal server error")

        return execute

    def make_render(original):
        @functools.wraps(original)
        def render(error, request):
            status, headers, body = original(error, request)
            default = getattr(error, "default_status", None)
            if default is not None:
                api_id = request["api_id"]
                customized = gateway._deployed_gateway_responses.get(api_id, {}).get(request["stage"].get("deploymentId"))
                if customized is None:
                    customized = gateway._gateway_responses.get(api_id, {})
                if not gateway._gateway_response_for_type(customized, error.response_type).get("statusCode"):
                    status = default
            return status, headers, body

        return render

    patching.wrap(gateway, "_lambda_proxy_response", ["result"], make_proxy_response)
    patching.wrap(gateway, "_invoke_lambda_proxy_v1", ["integration", "api_id", "stage_name", "stage"], make_invoke)
    patching.wrap(gateway, "_execute_in_scope", ["request", "api_id", "stage_name"], make_execute)
    patching.wrap(gateway, "_gateway_error_response", ["error", "request"], make_render)
