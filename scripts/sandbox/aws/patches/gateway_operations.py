"""Operations of API Gateway that Terraform's provider calls and the emulator lacks.

Emulator: answers 404 for documentation versions, and 404 for the update of a domain name.
AWS: https://docs.aws.amazon.com/apigateway/latest/api/API_CreateDocumentationVersion.html (and Get, Update, Delete: a snapshot
of the documentation parts under a name, 409 when the name is taken) and
https://docs.aws.amazon.com/apigateway/latest/api/API_UpdateDomainName.html.

Versions lie in the API's own record, so they are saved, restored and deleted with it.
"""

import copy
import functools
import json

import patching

WRITTEN_FOR = "1.5.33"

_KEY = "sandbox:documentationVersions"


def apply():
    from ministack.services import apigateway_v1 as gateway

    def create_version(api_id, versions, data):
        name = data.get("documentationVersion")
        if not name:
            return gateway._v1_error("BadRequestException", "Version is required", 400)
        if name in versions:
            return gateway._v1_error("ConflictException", f"Documentation version {name} already exists", 409)
        versions[name] = {
            "version": name,
            "createdDate": gateway._now_unix(),
            "description": data.get("description", ""),
            "parts": copy.deepcopy(list(gateway._documentation_parts.get(api_id, {}).values())),
        }
        stage = gateway._stages_v1.get(api_id, {}).get(data.get("stageName"))
        if stage is not None:
            stage["documentationVersion"] = name
        return gateway._v1_response(versions[name], 201)

    def documentation_versions(method, api_id, name, data, query_params):
        api = gateway._rest_apis.get(api_id)
        if api is None:
            return gateway._v1_error("NotFoundException", "Invalid API identifier specified", 404)
        versions = api.setdefault(_KEY, {})
        if name is None and method == "POST":
            return create_version(api_id, versions, data)
        if name is None and method == "GET":
            return gateway._v1_paginated_response(list(versions.values()), query_params)
        if name not in versions:
            return gateway._v1_error("NotFoundException", "Invalid Documentation version specified", 404)
        if method == "DELETE":
            del versions[name]
            return 202, {}, b""
        if method == "PATCH":
            gateway._apply_patch(versions[name], data.get("patchOperations") or [])
        return gateway._v1_response(versions[name])

    def update_domain_name(name, data):
        domain = gateway._domain_names.get(name)
        if domain is None:
            return gateway._v1_error("NotFoundException", "Invalid domain name identifier specified", 404)
        gateway._apply_patch(domain, data.get("patchOperations") or [])
        return gateway._v1_response(domain)

    def make_handle(original):
        @functools.wraps(original)
        async def handle(method, path, headers, body, query_params):
            parts = [part for part in path.strip("/").split("/") if part]
            if parts[:1] == ["restapis"] and parts[2:4] == ["documentation", "versions"] and len(parts) <= 5:
                name = parts[4] if len(parts) == 5 else None
                return documentation_versions(method, parts[1], name, json.loads(body or b"{}"), query_params)
            if method == "PATCH" and parts[:1] == ["domainnames"] and len(parts) == 2:
                return update_domain_name(parts[1], json.loads(body or b"{}"))
            return await original(method, path, headers, body, query_params)

        return handle

    def make_view(original):
        @functools.wraps(original)
        def view(api):
            shown = original(api)
            if shown is not None:
                shown.pop(_KEY, None)
            return shown

        return view

    patching.wrap(gateway, "handle_request", ["method", "path", "headers", "body", "query_params"], make_handle)
    patching.wrap(gateway, "_rest_api_view", ["api"], make_view)
