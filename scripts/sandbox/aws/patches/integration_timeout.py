"""An integration that takes longer than its time limit is a 504.

Emulator: waits as long as the function takes.
AWS: timeoutInMillis of the integration, 29 s by default, then 504 {"message": "Endpoint request timed out"} through the
gateway response INTEGRATION_TIMEOUT; the function goes on
(https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html,
https://docs.aws.amazon.com/apigateway/latest/api/API_Integration.html).
"""

import asyncio
import functools

import patching

WRITTEN_FOR = "1.5.33"

_DEFAULT_MS = 29_000


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        @functools.wraps(original)
        async def invoke(integration, *args, **kwargs):
            limit = float(integration.get("timeoutInMillis") or _DEFAULT_MS) / 1000
            try:
                return await asyncio.wait_for(original(integration, *args, **kwargs), limit)
            except TimeoutError:
                return gateway._gw_error("INTEGRATION_TIMEOUT", "Endpoint request timed out")

        return invoke

    patching.wrap(gateway, "_invoke_lambda_proxy_v1", ["integration", "api_id"], make)
