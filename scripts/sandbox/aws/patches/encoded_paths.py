"""A REST API matches and hands on the path as it was sent, percent-encoded.

Emulator: decodes the whole path first, so that a%2Fb are two segments and %2541 becomes A on its second decoding.
AWS: path and pathParameters of the event are encoded, and an encoded slash does not split a segment. Observed by many, for
example serverless/serverless#5037; the event of an HTTP API is decoded, and not touched here.
"""

import contextvars
import functools

import patching

WRITTEN_FOR = "1.5.33"

# (decoded, encoded) path of the request that is being served, with what stands before the API's own path.
_paths = contextvars.ContextVar("sandbox_paths", default=None)


def apply():
    from ministack import app
    from ministack.services import apigateway_v1 as gateway

    def make_request(original):
        @functools.wraps(original)
        async def request(host, path, method, headers, body, query_params, raw_path=None, raw_query_string=None):
            _paths.set((path, raw_path))
            return await original(host, path, method, headers, body, query_params, raw_path, raw_query_string)

        return request

    def make_execute(original):
        @functools.wraps(original)
        async def execute(api_id, stage_name, method, path, *args):
            decoded, encoded = _paths.get() or (None, None)
            # What stands before (API, stage, base path) is never encoded.
            if encoded and decoded.endswith(path) and encoded.startswith(decoded.removesuffix(path)):
                path = encoded[len(decoded) - len(path) :]
            return await original(api_id, stage_name, method, path, *args)

        return execute

    parameters = ["host", "path", "method", "headers", "body", "query_params", "raw_path"]
    patching.wrap(app, "_handle_execute_api_request", parameters, make_request)
    patching.wrap(gateway, "handle_execute", ["api_id", "stage_name", "method", "path"], make_execute)
