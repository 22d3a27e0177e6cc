"""`$context.error.validationErrorString` in a gateway response tells why a body was refused.

Emulator: leaves the variable in the answer as it is written in the template, and keeps no cause.
AWS: "A string containing a detailed validation error message"
(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html), for example
[object has missing required properties (["content"])], escaped so that it can stand between quotes in a JSON template. The
sentences are those of the JSON schema validator that API Gateway is known to use. What it says of a body that is not JSON
was not measured: ours is our own sentence.

The emulator's validator goes on to decide; this only finds words for its verdict.
"""

import functools
import json
import re

import patching

WRITTEN_FOR = "1.5.33"

_VARIABLE = re.compile(rb"\$(?:\{context\.error\.validationErrorString\}|context\.error\.validationErrorString\b)")
_NOT_JSON = "the body is not valid JSON"


def _quoted(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _type_name(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    names = {float: "number", str: "string", list: "array", dict: "object"}
    return names[type(value)]


def _string_causes(schema, value):
    shortest, longest = schema.get("minLength"), schema.get("maxLength")
    if shortest is not None and len(value) < shortest:
        yield f"string {_quoted(value)} is too short (length: {len(value)}, required minimum: {shortest})"
    if longest is not None and len(value) > longest:
        yield f"string {_quoted(value)} is too long (length: {len(value)}, maximum allowed: {longest})"
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f'ECMA 262 regex {_quoted(schema["pattern"])} does not match input string {_quoted(value)}'


def _number_causes(schema, value):
    lowest, highest = schema.get("minimum"), schema.get("maximum")
    if lowest is not None and value < lowest:
        yield f"numeric instance is lower than the required minimum (minimum: {lowest}, found: {value})"
    if highest is not None and value > highest:
        yield f"numeric instance is greater than the required maximum (maximum: {highest}, found: {value})"


def _array_causes(schema, value, explain):
    fewest, most = schema.get("minItems"), schema.get("maxItems")
    if fewest is not None and len(value) < fewest:
        yield f"array is too short: must have at least {fewest} elements but instance has {len(value)} elements"
    if most is not None and len(value) > most:
        yield f"array is too long: must have at most {most} elements but instance has {len(value)} elements"
    if schema.get("uniqueItems") and len({json.dumps(item, sort_keys=True) for item in value}) < len(value):
        yield "array must not contain duplicate elements"
    if isinstance(schema.get("items"), dict):
        for item in value:
            yield from explain(schema["items"], item)


def _object_causes(schema, value, explain):
    missing = sorted(name for name in schema.get("required") or [] if name not in value)
    if missing:
        yield f"object has missing required properties ({_quoted(missing)})"
    properties = schema.get("properties") or {}
    patterns = schema.get("patternProperties") or {}
    extra = sorted(
        name for name in value if name not in properties and not any(re.search(pattern, name) for pattern in patterns)
    )
    if schema.get("additionalProperties") is False and extra:
        yield f"object instance has properties which are not allowed by the schema: {_quoted(extra)}"
    for name, item in value.items():
        if name in properties:
            yield from explain(properties[name], item)


def _combination_causes(schema, value, explain):
    for part in schema.get("allOf") or []:
        yield from explain(part, value)
    for keyword, wanted in (("anyOf", "at least one required schema among"), ("oneOf", "exactly one schema out of")):
        matched = [not list(explain(part, value)) for part in schema.get(keyword) or []]
        if matched and (not any(matched) if keyword == "anyOf" else matched.count(True) != 1):
            yield f"instance failed to match {wanted} {len(matched)}"


def explain(schema, value, resolve=lambda schema: schema):
    """The sentences that say what in value does not match the draft 4 schema; none when nothing known is wrong."""
    schema = resolve(schema)
    if not isinstance(schema, dict):
        return

    def inner(sub, item):
        return explain(sub, item, resolve)

    types = schema.get("type")
    allowed = types if isinstance(types, list) else [types]
    found = _type_name(value)
    if types is not None and found not in allowed and not (found == "integer" and "number" in allowed):
        yield (
            f"instance type ({found}) does not match any allowed primitive type (allowed: {_quoted(sorted(allowed))})"
        )
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f'instance value ({_quoted(value)}) not found in enum (possible values: {_quoted(schema["enum"])})'
    yield from _combination_causes(schema, value, inner)
    if isinstance(value, str):
        yield from _string_causes(schema, value)
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number_causes(schema, value)
    elif isinstance(value, list):
        yield from _array_causes(schema, value, inner)
    elif isinstance(value, dict):
        yield from _object_causes(schema, value, inner)


def apply():
    from ministack.services import apigateway_v1 as gateway

    def body_cause(method_obj, api_id, headers, body):
        models = method_obj.get("requestModels") or {}
        content_type = (gateway._header_ci(headers, "content-type") or "application/json").split(";", 1)[0].strip()
        model_name = models.get(content_type) or models.get("application/json")
        root = gateway._model_schema(api_id, model_name)
        try:
            document = json.loads(body)
        except (TypeError, ValueError, RecursionError):
            return f"[{_NOT_JSON}]"

        def resolve(schema):
            # A handful of hops is more than any schema needs, and a circle of references ends.
            for _hop in range(20):
                if not (isinstance(schema, dict) and isinstance(schema.get("$ref"), str)):
                    return schema
                schema, _root = gateway._resolve_schema_ref(schema["$ref"], root)
            return {}

        causes = list(explain(root, document, resolve))
        return f"[{', '.join(causes or ['the body does not match the model'])}]"

    def make_check(original):
        @functools.wraps(original)
        def check(method_obj, api_id, request, headers, body, query_params):
            error = original(method_obj, api_id, request, headers, body, query_params)
            if error is not None and error.response_type == "BAD_REQUEST_BODY":
                error.validation_cause = body_cause(method_obj, api_id, headers, body)
            elif error is not None and error.response_type == "BAD_REQUEST_PARAMETERS":
                error.validation_cause = error.message
            return error

        return check

    def make_render(original):
        @functools.wraps(original)
        def render(error, request):
            status, headers, body = original(error, request)
            # Without its quotes: the template brings them.
            cause = json.dumps(getattr(error, "validation_cause", ""), ensure_ascii=False)[1:-1].encode()
            return status, headers, _VARIABLE.sub(lambda _match: cause, body)

        return render

    patching.wrap(
        gateway,
        "_check_request_validation",
        ["method_obj", "api_id", "request", "headers", "body", "query_params"],
        make_check,
    )
    patching.wrap(gateway, "_gateway_error_response", ["error", "request"], make_render)
