"""An exported OpenAPI file says what the documentation version of its stage says.

Emulator: exports no documentation.
AWS: the parts of the stage's documentation version are merged into the export, as far as they are OpenAPI
(https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-documenting-api-content-representation.html);
a part for a path and method "*" holds for all below that have none of their own.
"""

import functools
import json

import patching

WRITTEN_FOR = "1.5.33"

_PARAMETERS = {"PATH_PARAMETER": "path", "QUERY_PARAMETER": "query", "REQUEST_HEADER": "header"}


def _covers(location, path, method):
    if location.get("method", "*") not in ("*", method):
        return False
    own = location.get("path") or "/"
    return own in ("/", path) or path.startswith(f"{own}/")


def _document_operation(operation, location, properties):
    kind, name = location["type"], location.get("name")
    if kind == "METHOD":
        operation.update(properties)
    elif kind == "REQUEST_BODY" and "requestBody" in operation:
        operation["requestBody"].update(properties)
    elif kind == "RESPONSE":
        code = location.get("statusCode", "*")
        for status in [code] if code != "*" else list(operation["responses"]):
            operation["responses"].get(status, {}).update(properties)
    for parameter in operation.get("parameters") or []:
        if (parameter["in"], parameter["name"]) == (_PARAMETERS.get(kind), name):
            parameter.update(properties)


def merge(document, parts):
    """Merge documentation parts into an OpenAPI 3 document; the more special ones last, so that they win."""
    schemas = (document.get("components") or {}).get("schemas") or {}

    def speciality(part):
        location = part["location"]
        return len(location.get("path") or ""), location.get("method", "*") != "*"

    for part in sorted(parts, key=speciality):
        location, properties = part["location"], json.loads(part["properties"])
        if location["type"] == "API":
            document["info"].update(properties.pop("info", {}))
            if "description" in properties:
                document["info"]["description"] = properties.pop("description")
            document.update(properties)
        elif location["type"] == "MODEL":
            schemas.get(location.get("name"), {}).update(properties)
        for path, methods in document["paths"].items():
            if location["type"] == "RESOURCE" and location.get("path") == path:
                methods.update(properties)
            for method in [name for name in methods if isinstance(methods[name], dict)]:
                if location["type"] not in ("API", "MODEL", "RESOURCE") and _covers(location, path, method.upper()):
                    _document_operation(methods[method], location, properties)


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        @functools.wraps(original)
        def build(api_id, stage_name, export_type, *args):
            document = original(api_id, stage_name, export_type, *args)
            version = gateway._stages_v1[api_id][stage_name].get("documentationVersion")
            captured = gateway._rest_apis[api_id].get("sandbox:documentationVersions", {}).get(version) or {}
            if export_type == "oas30":
                merge(document, captured.get("parts") or [])
            return document

        return build

    patching.wrap(gateway, "_build_api_export", ["api_id", "stage_name", "export_type"], make)
