"""What a stage points to cannot be deleted.

Emulator: deletes a deployment or documentation version that a stage uses.
AWS: refuses it, "Active stages pointing to this deployment must be moved or deleted", for which Terraform needs
create_before_destroy (https://docs.aws.amazon.com/apigateway/latest/api/API_DeleteDeployment.html). That a documentation
version is kept as well, and with which words, was not measured.
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import apigateway_v1 as gateway

    def refusal(api_id, member, value, what):
        stages = gateway._stages_v1.get(api_id) or {}
        if not any(stage.get(member) == value for stage in stages.values()):
            return None
        message = f"Active stages pointing to this {what} must be moved or deleted"
        return gateway._v1_error("BadRequestException", message, 400)

    def make_delete(original):
        @functools.wraps(original)
        def delete(api_id, deployment_id):
            return refusal(api_id, "deploymentId", deployment_id, "deployment") or original(api_id, deployment_id)

        return delete

    def make_handle(original):
        @functools.wraps(original)
        async def handle(method, path, *args):
            parts = [part for part in path.strip("/").split("/") if part]
            if method == "DELETE" and len(parts) == 5 and parts[2:4] == ["documentation", "versions"]:
                refused = refusal(parts[1], "documentationVersion", parts[4], "documentation version")
                if refused is not None:
                    return refused
            return await original(method, path, *args)

        return handle

    patching.wrap(gateway, "_delete_deployment", ["api_id", "deployment_id"], make_delete)
    patching.wrap(gateway, "handle_request", ["method", "path"], make_handle)
