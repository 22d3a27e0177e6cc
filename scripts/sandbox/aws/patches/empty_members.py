"""What a stage or a domain name does not have is not in the answer.

Emulator: answers with an empty object for a stage without access logs (accessLogSettings) and a domain name without mutual TLS
(mutualTlsAuthentication), which Terraform's provider reads as a block with empty values and wants to remove in every plan.
AWS: leaves the optional member out (https://docs.aws.amazon.com/apigateway/latest/api/API_Stage.html,
https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"

_OPTIONAL = ("accessLogSettings", "mutualTlsAuthentication")


def _shown(value):
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict) and ("stageName" in value or "domainName" in value):
        return {key: item for key, item in value.items() if item or key not in _OPTIONAL}
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
