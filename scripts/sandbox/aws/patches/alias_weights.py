"""The weights of a Lambda alias (its routing configuration) decide which version answers.

Emulator: stores RoutingConfig, and always runs the alias's main version.
AWS: each invocation of the alias runs an additional version with the probability given, else the main one, and
X-Amz-Executed-Version names it (https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html). The function
sees the alias it was called by in context.invokedFunctionArn, also behind API Gateway
(https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html: "indicates if the invoker specified a version number or
alias").
"""

import contextvars
import functools
import random

import patching

WRITTEN_FOR = "1.5.33"

# The ARN with the alias, while the version that was drawn for it runs.
_invoked_arn = contextvars.ContextVar("sandbox_invoked_arn", default=None)


def draw_version(alias):
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    drawn = random.random()
    for version, weight in weights.items():
        if drawn < weight:
            return version
        drawn -= weight
    return alias.get("FunctionVersion", "$LATEST")


def apply():
    from ministack.services import apigateway_v1, lambda_svc

    def make_invoke(original):
        @functools.wraps(original)
        async def invoke(name, event, headers, path_qualifier=None, query_params=None):
            qualifier = (
                path_qualifier
                or lambda_svc._qp_first(query_params or {}, "Qualifier")
                or lambda_svc._qp_first(headers, "x-amz-qualifier")
            )
            function = lambda_svc._functions.get(name) or {}
            alias = (function.get("aliases") or {}).get(qualifier)
            if alias is None:
                return await original(name, event, headers, path_qualifier, query_params)
            _invoked_arn.set(alias["AliasArn"])
            return await original(name, event, headers, draw_version(alias), query_params)

        return invoke

    def make_call(original):
        @functools.wraps(original)
        async def call(function_ref, event, **scope):
            function, _config, name = lambda_svc._get_base_func_record_for_ref(function_ref)
            _prefix, _colon, qualifier = function_ref.rpartition(":")
            alias = ((function or {}).get("aliases") or {}).get(qualifier)
            if alias is None:
                return await original(function_ref, event, **scope)
            version = draw_version(alias)
            bare = alias["AliasArn"].rpartition(":")[0]
            _invoked_arn.set(alias["AliasArn"])
            return await original(bare if version == "$LATEST" else f"{bare}:{version}", event, **scope)

        return call

    def make_execute(original):
        @functools.wraps(original)
        def execute(func, event):
            arn = _invoked_arn.get()
            if arn is None:
                return original(func, event)
            # Nested calls the function makes arrive as requests of their own, with a context of their own.
            _invoked_arn.set(None)
            return original({**func, "config": {**(func.get("config") or func), "FunctionArn": arn}}, event)

        return execute

    patching.wrap(
        lambda_svc, "_invoke", ["name", "event", "headers", "path_qualifier", "query_params"], make_invoke
    )
    patching.wrap(lambda_svc, "_execute_function_with_config_scope", ["func", "event"], make_execute)
    patching.wrap(apigateway_v1, "_call_lambda_raw", ["function_ref", "event"], make_call)
