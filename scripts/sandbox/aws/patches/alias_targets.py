"""An alias can only point to versions that exist.

Emulator: takes any version, and the alias answers 404 when it is called.
AWS: CreateAlias and UpdateAlias refuse it with ResourceNotFoundException, and weights beside $LATEST with
InvalidParameterValueException: "The alias must point to a published version (not $LATEST)"
(https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html,
https://docs.aws.amazon.com/lambda/latest/api/API_UpdateAlias.html#API_UpdateAlias_Errors).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import lambda_svc

    def refusal(func_name, alias, data):
        function = lambda_svc._functions.get(func_name)
        if function is None:
            return None  # the emulator says so itself
        target = data.get("FunctionVersion") or alias.get("FunctionVersion") or "$LATEST"
        routing = data.get("RoutingConfig", alias.get("RoutingConfig")) or {}
        additional = list(routing.get("AdditionalVersionWeights") or {})
        for version in [target, *additional]:
            if version != "$LATEST" and version not in function["versions"]:
                return lambda_svc._function_qualifier_not_found(func_name, version)
        if additional and "$LATEST" in [target, *additional]:
            return lambda_svc.error_response_json(
                "InvalidParameterValueException",
                "$LATEST is not supported for an alias pointing to more than 1 version",
                400,
            )
        return None

    def make_create(original):
        @functools.wraps(original)
        def create(func_name, data):
            return refusal(func_name, {}, data) or original(func_name, data)

        return create

    def make_update(original):
        @functools.wraps(original)
        def update(func_name, alias_name, data):
            function = lambda_svc._functions.get(func_name) or {}
            alias = (function.get("aliases") or {}).get(alias_name)
            if alias is None:
                return original(func_name, alias_name, data)
            return refusal(func_name, alias, data) or original(func_name, alias_name, data)

        return update

    patching.wrap(lambda_svc, "_create_alias", ["func_name", "data"], make_create)
    patching.wrap(lambda_svc, "_update_alias", ["func_name", "alias_name", "data"], make_update)
