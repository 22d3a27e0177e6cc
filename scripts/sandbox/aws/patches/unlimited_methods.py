"""A stage's throttling limit of -1 is none.

Emulator: takes it for nothing left, and answers 429 to every call.
AWS: -1 switches the method's throttling off. It is what Terraform's provider sends for method settings that say nothing of it
(https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/api_gateway_method_settings).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        @functools.wraps(original)
        def take(slot, limits):
            if -1 in (limits.get("rateLimit"), limits.get("burstLimit")):
                return True
            return original(slot, limits)

        return take

    patching.wrap(gateway, "_take_token", ["slot", "limits"], make)
