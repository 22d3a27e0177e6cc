"""`${stageVariables.name}` in the URI of a Lambda integration.

Emulator: takes the URI literally, finds no such function and answers 500 to every call.
AWS: replaces it with the stage's variable at each call, so that one API's stages reach different aliases
(https://docs.aws.amazon.com/apigateway/latest/developerguide/aws-api-gateway-stage-variables-reference.html). A variable
that the stage does not have makes an unusable URI: 500, gateway response API_CONFIGURATION_ERROR.
"""

import functools
import re

import patching

WRITTEN_FOR = "1.5.33"

# Names: alphanumeric characters and underscores (the page above).
_VARIABLE = re.compile(r"\$\{stageVariables\.([A-Za-z0-9_]+)\}")


def apply():
    from ministack.services import apigateway_v1

    def make(original):
        @functools.wraps(original)
        async def invoke(integration, api_id, stage_name, stage, *args, **kwargs):
            uri = integration.get("uri") or ""
            variables = stage.get("variables") or {}
            if any(not variables.get(name) for name in _VARIABLE.findall(uri)):
                return apigateway_v1._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            resolved = {**integration, "uri": _VARIABLE.sub(lambda match: variables[match.group(1)], uri)}
            return await original(resolved, api_id, stage_name, stage, *args, **kwargs)

        return invoke

    parameters = ["integration", "api_id", "stage_name", "stage"]
    patching.wrap(apigateway_v1, "_invoke_lambda_proxy_v1", parameters, make)
    patching.wrap(apigateway_v1, "_invoke_lambda_custom_v1", parameters, make)
