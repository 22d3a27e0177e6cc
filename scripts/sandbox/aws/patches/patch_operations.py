"""PATCH operations of API Gateway keep the types of what they change, and know escaped names and a plan's stages.

Emulator: writes every value as the string it comes as, so that apiKeyRequired "false" counts as true; splits escaped names;
makes a usage plan's list of stages a string.
AWS: values are strings on the wire and take the property's type; "~1" in a path is "/" and "~0" is "~"; a stage is added to
a usage plan as /apiStages with "<api>:<stage>", and its limits are at /apiStages/<api>:<stage>/throttle/<path>/<method>/…
(https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html,
https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateUsagePlan.html). An update by Terraform consists of these.
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"

# For members that have no value yet whose type could be kept.
_BOOLEANS = {"apiKeyRequired", "disableExecuteApiEndpoint", "enabled"}
_NUMBERS = {"burstLimit", "limit", "minimumCompressionSize", "offset", "rateLimit", "timeoutInMillis"}


def _typed(keys, old, value):
    if not isinstance(value, str) or value == "":
        return value
    name = keys[-1]
    # A method's request parameters say whether each is required; an integration's (integration.request.…) are sources.
    if isinstance(old, bool) or name in _BOOLEANS or name.startswith("method.request."):
        return value.lower() == "true"
    if isinstance(old, (int, float)) or name in _NUMBERS:
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def _stage_entry(plan, name, create=False):
    api_id, _colon, stage = name.partition(":")
    stages = plan.setdefault("apiStages", [])
    for entry in stages:
        if (entry.get("apiId"), entry.get("stage")) == (api_id, stage):
            return entry
    if not create:
        return None
    stages.append({"apiId": api_id, "stage": stage})
    return stages[-1]


def _set_stage_limit(plan, keys, value):
    """keys: apiStages, <api>:<stage>, throttle, <path>, <method>, then rateLimit or burstLimit."""
    entry = _stage_entry(plan, keys[1])
    if entry is not None and len(keys) == 6:
        limits = entry.setdefault("throttle", {}).setdefault(f"{keys[3]}/{keys[4]}", {})
        limits[keys[5]] = _typed(keys, None, value)


def _drop_stage_limits(plan, keys):
    entry = _stage_entry(plan, keys[1])
    if entry is not None and len(keys) == 5:
        entry.get("throttle", {}).pop(f"{keys[3]}/{keys[4]}", None)
    elif entry is not None:
        entry.pop("throttle", None)


def _set(target, keys, value):
    *parents, last = keys
    for key in parents:
        if not isinstance(target.get(key), (dict, list)):
            target[key] = {}
        target = target[key]
        if isinstance(target, list):
            break
    if isinstance(target, list):  # /binaryMediaTypes/image~1png: the name is the value
        if last not in target:
            target.append(last)
        return
    target[last] = _typed(keys, target.get(last), value)


def _remove(target, keys):
    *parents, last = keys
    for key in parents:
        target = target.get(key) if isinstance(target, dict) else None
    if isinstance(target, list) and last in target:
        target.remove(last)
    elif isinstance(target, dict):
        target.pop(last, None)


def apply_patch(target, operations):
    """Apply add, replace and remove, in order."""
    for operation in operations:
        kind, value = operation.get("op", "replace"), operation.get("value")
        pointer = (operation.get("path") or "").lstrip("/")
        keys = [key.replace("~1", "/").replace("~0", "~") for key in pointer.split("/")]
        if keys == [""] or kind not in ("add", "replace", "remove"):
            continue
        if keys[0] == "apiStages" and len(keys) == 1 and isinstance(value, str):
            entry = _stage_entry(target, value, create=kind != "remove")
            if kind == "remove" and entry is not None:
                target["apiStages"].remove(entry)
        elif keys[0] == "apiStages" and len(keys) > 2:
            _drop_stage_limits(target, keys) if kind == "remove" else _set_stage_limit(target, keys, value)
        elif kind == "remove":
            _remove(target, keys)
        else:
            _set(target, keys, value)
    return target


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        return functools.wraps(original)(lambda obj, patch_ops: apply_patch(obj, patch_ops))

    patching.wrap(gateway, "_apply_patch", ["obj", "patch_ops"], make)
