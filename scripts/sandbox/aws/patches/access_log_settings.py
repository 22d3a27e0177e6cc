"""A stage without access logs has no accessLogSettings in the answer.

Emulator: answers with an empty object, which Terraform's provider reads as a block with empty values and wants to remove in
every plan.
AWS: leaves the optional member out (https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def _shown(value):
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict) and "stageName" in value and not value.get("accessLogSettings"):
        return {key: item for key, item in value.items() if key != "accessLogSettings"}
    return value


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        @functools.wraps(original)
        def response(data, *args, **kwargs):
            if isinstance(data, dict) and "item" in data:
                data = {**data, "item": _shown(data["item"])}
            return original(_shown(data), *args, **kwargs)

        return response

    patching.wrap(gateway, "_v1_response", ["data"], make)
