"""Web ACLs keep what they are told, and have a logging configuration.

Emulator: drops all members of a web ACL but its rules, default action and metrics, and a changed description; answers
"Unknown WAF action" to logging configurations.
AWS: UpdateWebACL replaces the whole but the name (https://docs.aws.amazon.com/waf/latest/APIReference/API_UpdateWebACL.html);
a web ACL has at most one logging configuration, which goes with it
(https://docs.aws.amazon.com/waf/latest/APIReference/API_PutLoggingConfiguration.html), to a destination whose name begins with
aws-waf-logs- (https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html).

The configuration lies in the web ACL's own record (an SDK does not see a member that it does not know), so it is saved,
restored and deleted with it. Nothing is logged: WAF is not enforced.
"""

import functools
import json

import patching

WRITTEN_FOR = "1.5.33"

_KEY = "sandbox:loggingConfiguration"
_OPTIONAL = (
    "AssociationConfig",
    "CaptchaConfig",
    "ChallengeConfig",
    "CustomResponseBodies",
    "DataProtectionConfig",
    "TokenDomains",
)


def apply():
    from ministack.core.responses import json_response
    from ministack.services import waf

    def destination_error(configuration):
        destinations = configuration.get("LogDestinationConfigs") or []
        name = destinations[0].removesuffix(":*").rpartition(":")[2] if len(destinations) == 1 else ""
        if name.startswith("aws-waf-logs-"):
            return None
        return waf._waf_err(
            "WAFInvalidParameterException",
            f"The ARN isn't valid: one destination whose name begins with aws-waf-logs-, not {', '.join(destinations)}",
        )

    def logging_configuration(action, data):
        if action == "ListLoggingConfigurations":
            acls = waf._values_for_scope(waf._web_acls, data.get("Scope", "REGIONAL"))
            return json_response({"LoggingConfigurations": [acl[_KEY] for acl in acls if _KEY in acl]})
        configuration = data.get("LoggingConfiguration") or {}
        arn = data.get("ResourceArn") or configuration.get("ResourceArn") or ""
        acl, error = waf._resolve_local_web_acl(arn)
        if error is None and action == "PutLoggingConfiguration":
            error = destination_error(configuration)
        if error is not None:
            return error
        if action == "PutLoggingConfiguration":
            acl[_KEY] = configuration
        if _KEY not in acl:
            return waf._waf_not_found(arn)
        if action == "DeleteLoggingConfiguration":
            del acl[_KEY]
            return json_response({})
        return json_response({"LoggingConfiguration": acl[_KEY]})

    def make_handle(original):
        @functools.wraps(original)
        async def handle(method, path, headers, body, query_params):
            action = headers.get("x-amz-target", "").rpartition(".")[2]
            if action.endswith(("LoggingConfiguration", "LoggingConfigurations")):
                return logging_configuration(action, json.loads(body or b"{}"))
            return await original(method, path, headers, body, query_params)

        return handle

    def keep(acl, data):
        for member in _OPTIONAL:
            acl.pop(member, None)
            if member in data:
                acl[member] = data[member]

    def make_create(original):
        @functools.wraps(original)
        def create(name, scope, props):
            uid, arn, acl = original(name, scope, props)
            keep(acl, props)
            return uid, arn, acl

        return create

    def make_update(original):
        @functools.wraps(original)
        def update(data):
            response = original(data)
            if response[0] < 300:
                acl = waf.web_acl_record(data["Id"], data.get("Scope", "REGIONAL"))
                acl["Description"] = data.get("Description", "")
                keep(acl, data)
            return response

        return update

    patching.wrap(waf, "handle_request", ["method", "path", "headers", "body", "query_params"], make_handle)
    patching.wrap(waf, "create_web_acl_record", ["name", "scope", "props"], make_create)
    patching.wrap(waf, "_update_web_acl", ["data"], make_update)
