"""API Gateway may only invoke a function, or the alias it names, whose resource policy allows it.

Emulator: stores permissions and never asks for them behind an API.
AWS: without one, the call answers 500 {"message": "Internal server error"} (gateway response API_CONFIGURATION_ERROR; the
execution log says "Invalid permissions on Lambda function"); with a stage variable in the integration's URI each alias needs
its own (https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html). An integration with credentials of its own
uses that role instead of the policy.

It must see the URI with its stage variables in place, so it is applied before stage_variables wraps it (by name).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def _arn_like(matches, pattern, arn):
    """ArnLike compares the six parts one by one.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    patterns, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(patterns) == len(parts) == 6 and all(map(matches, patterns, parts))


def _allows(statement, invoked, source, account, matches):
    principal = statement.get("Principal")
    service = principal.get("Service") if isinstance(principal, dict) else principal
    if statement.get("Effect") != "Allow" or service not in ("apigateway.amazonaws.com", "*"):
        return False
    if statement.get("Action") not in ("lambda:InvokeFunction", "lambda:*") or statement.get("Resource") != invoked:
        return False
    for operator, conditions in (statement.get("Condition") or {}).items():
        for key, wanted in conditions.items():
            if (operator, key) == ("ArnLike", "AWS:SourceArn"):
                met = _arn_like(matches, wanted, source)
            else:
                met = (operator, key, wanted) == ("StringEquals", "AWS:SourceAccount", account)
            if not met:
                return False
    return True


def apply():
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import apigateway_v1 as gateway
    from ministack.services import lambda_svc

    def make(original):
        @functools.wraps(original)
        async def invoke(integration, api_id, stage_name, stage, resource, request_path, method, *args, **kwargs):
            invoked = gateway._extract_lambda_ref_from_integration_uri(integration.get("uri") or "")
            function, _config, _name = lambda_svc._get_base_func_record_for_ref(invoked)
            if function is not None and not integration.get("credentials"):
                account = get_account_id()
                source = gateway.execute_api_arn(
                    get_region(), account, api_id, stage_name, method, resource["path"]
                )
                statements = function["policy"]["Statement"]
                if not any(_allows(s, invoked, source, account, gateway._arn_matches) for s in statements):
                    gateway.logger.warning("No permission for apigateway.amazonaws.com, %s, on %s", source, invoked)
                    return gateway._gw_error("API_CONFIGURATION_ERROR", "Internal server error")
            return await original(
                integration, api_id, stage_name, stage, resource, request_path, method, *args, **kwargs
            )

        return invoke

    parameters = ["integration", "api_id", "stage_name", "stage", "resource", "request_path", "method"]
    patching.wrap(gateway, "_invoke_lambda_proxy_v1", parameters, make)
    patching.wrap(gateway, "_invoke_lambda_custom_v1", parameters, make)
