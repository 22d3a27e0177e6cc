"""Tags that are changed are the resource's own tags.

Emulator: keeps what TagResource and UntagResource say beside the resource, and answers with the tags of its creation, so that
Terraform plans a changed tag again for ever.
AWS: an API, stage, key, usage plan or domain name is described with its tags
(https://docs.aws.amazon.com/apigateway/latest/api/API_TagResource.html).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import apigateway_v1 as gateway

    stores = {
        "restapis": gateway._rest_apis,
        "apikeys": gateway._api_keys,
        "usageplans": gateway._usage_plans,
        "domainnames": gateway._domain_names,
    }

    def tags_of(resource_arn):
        arn, error = gateway._resolve_v1_tag_resource_arn(resource_arn)
        if error is not None:
            return None, error
        _prefix, kind, name, *stage = arn.split("/")
        record = gateway._stages_v1[name][stage[1]] if stage else stores[kind][name]
        return record.setdefault("tags", {}), None

    def get(resource_arn):
        tags, error = tags_of(resource_arn)
        return error or gateway._v1_response({"tags": tags})

    def tag(resource_arn, data):
        tags, error = tags_of(resource_arn)
        if error is None:
            tags.update(data.get("tags") or {})
        return error or (204, {}, b"")

    def untag(resource_arn, tag_keys):
        tags, error = tags_of(resource_arn)
        for key in tag_keys if error is None else []:
            tags.pop(key, None)
        return error or (204, {}, b"")

    def replace(name, parameters, function):
        patching.wrap(gateway, name, parameters, lambda original: functools.wraps(original)(function))

    replace("_get_v1_tags", ["resource_arn"], get)
    replace("_tag_v1_resource", ["resource_arn", "data"], tag)
    replace("_untag_v1_resource", ["resource_arn", "tag_keys"], untag)
