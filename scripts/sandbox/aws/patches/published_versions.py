"""Publishing without a change makes no new version, and a version made by `Publish: true` is like any other.

Emulator: any call that touches $LATEST makes the next PublishVersion a new version, even with the same code and settings; a
version made by CreateFunction or UpdateFunctionCode with `Publish` has the function's ARN for its own; a CodeSha256 is not looked at.
AWS: "Lambda doesn't publish a version if the function's configuration and code haven't changed since the last version"
(https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html); a version's ARN ends with its number
(https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html). With a CodeSha256 only that code is published (the page of
PublishVersion; the words as LocalStack has recorded them of AWS).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"

# What differs between a version and the $LATEST it was made of, or says when and how rather than what.
_INCIDENTAL = {
    "Description",
    "FunctionArn",
    "LastModified",
    "LastUpdateStatus",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
    "RevisionId",
    "SnapStart",
    "State",
    "StateReason",
    "StateReasonCode",
    "Version",
}


def _substance(config):
    return {key: value for key, value in config.items() if key not in _INCIDENTAL}


def apply():
    from ministack.services import lambda_svc

    def make_publish(original):
        @functools.wraps(original)
        def publish(name, data):
            function = lambda_svc._functions.get(name) or {}
            asked, current = data.get("CodeSha256"), (function.get("config") or {}).get("CodeSha256")
            if asked and current and asked != current:
                return lambda_svc.error_response_json(
                    "InvalidParameterValueException",
                    f"CodeSHA256 ({asked}) is different from current CodeSHA256 in $LATEST ({current}). "
                    "Please try again with the CodeSHA256 in $LATEST.",
                    400,
                )
            versions = function.get("versions") or {}
            latest = versions.get(max(versions, key=int, default=None))
            if latest is not None and _substance(latest["config"]) == _substance(function["config"]):
                return lambda_svc.json_response(latest["config"], 201)
            return original(name, data)

        return publish

    def settle(name, before):
        for number, record in lambda_svc._functions[name]["versions"].items():
            if number not in before:
                record["config"]["FunctionArn"] = f"{lambda_svc._func_arn(name)}:{number}"

    def make_create(original):
        @functools.wraps(original)
        def create(data):
            response = original(data)
            if response[0] < 300 and data.get("Publish"):
                settle(lambda_svc._resolve_name(data.get("FunctionName", "")), ())
            return response

        return create

    def make_update(original):
        @functools.wraps(original)
        def update(name, data):
            before = set((lambda_svc._functions.get(name) or {}).get("versions") or {})
            response = original(name, data)
            if response[0] < 300 and data.get("Publish"):
                settle(name, before)
            return response

        return update

    patching.wrap(lambda_svc, "_publish_version", ["name", "data"], make_publish)
    patching.wrap(lambda_svc, "_create_function", ["data"], make_create)
    patching.wrap(lambda_svc, "_update_code", ["name", "data"], make_update)
