"""A stage serves, and exports, what its deployment captured, not the resources as they are now.

Emulator: only gateway responses wait for a deployment; methods, integrations, models and validators take effect at once, so
that a forgotten redeployment goes unnoticed.
AWS: "Every time you update an API, you must redeploy the API to an existing stage or to a new stage"; a deployment is "a
point-in-time snapshot" (https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html).

The snapshot lies beside the gateway responses that the emulator keeps per deployment, so it is saved, restored and deleted
with them. A deployment without one (state from before this patch) serves what is there now.
"""

import contextlib
import contextvars
import copy
import functools
import json

import patching

WRITTEN_FOR = "1.5.33"

# No gateway response type is called so; the emulator looks types up by name and never lists them.
_KEY = "sandbox:snapshot"
_CAPTURED = ("_resources", "_models", "_request_validators", "_authorizers_v1")

# (API id, snapshot) while a call to a stage is served.
_served = contextvars.ContextVar("sandbox_served_snapshot", default=None)


def _serve_snapshot(store, name):
    """Let reads of this store see the snapshot while a stage is served; everything else about it stays."""

    class Served(type(store)):
        __slots__ = ()

        def get(self, key, default=None):
            served = _served.get()
            if served is not None and served[0] == key:
                return served[1][name]
            return super().get(key, default)

    Served.__name__ = type(store).__name__
    store.__class__ = Served


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make_create(original):
        @functools.wraps(original)
        def create(api_id, data):
            response = original(api_id, data)
            if response[0] < 300:
                snapshot = {name: copy.deepcopy(getattr(gateway, name).get(api_id, {})) for name in _CAPTURED}
                gateway._deployed_gateway_responses[api_id][json.loads(response[2])["id"]][_KEY] = snapshot
            return response

        return create

    @contextlib.contextmanager
    def snapshot_of(api_id, stage_name):
        deployment = gateway._stages_v1.get(api_id, {}).get(stage_name, {}).get("deploymentId")
        captured = gateway._deployed_gateway_responses.get(api_id, {}).get(deployment) or {}
        token = _served.set((api_id, captured[_KEY]) if _KEY in captured else None)
        try:
            yield
        finally:
            _served.reset(token)

    def make_execute(original):
        @functools.wraps(original)
        async def execute(request, api_id, stage_name, *args, **kwargs):
            with snapshot_of(api_id, stage_name):
                return await original(request, api_id, stage_name, *args, **kwargs)

        return execute

    def make_export(original):
        @functools.wraps(original)
        def export(api_id, stage_name, *args):
            # A copy: what is put into the exported document must not reach what is served.
            with snapshot_of(api_id, stage_name):
                return copy.deepcopy(original(api_id, stage_name, *args))

        return export

    for name in _CAPTURED:
        if not hasattr(gateway, name):
            raise patching.PatchError(f"{gateway.__name__}.{name} is gone from the installed ministack")
        _serve_snapshot(getattr(gateway, name), name)
    patching.wrap(gateway, "_create_deployment", ["api_id", "data"], make_create)
    patching.wrap(gateway, "_execute_in_scope", ["request", "api_id", "stage_name"], make_execute)
    patching.wrap(gateway, "_build_api_export", ["api_id", "stage_name"], make_export)
