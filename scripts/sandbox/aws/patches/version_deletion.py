"""DeleteFunction with a qualifier deletes a version that no alias uses, and nothing else.

Emulator: with $LATEST it deletes the whole function, a version that is not there is an error, and an alias is said in words of its
own to be in the way.
AWS: "You can't delete a version that an alias references" (https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html);
the words are those of users' reports (karl-cardenas-coding/go-lambda-cleanup#45), and what happens with the other qualifiers was
measured for floci-io/floci#2824: a version that is not there is no error. That an alias's weights reference a version as well
follows from what the alias would answer without it.
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import lambda_svc

    def refused(message, code="InvalidParameterValueException", status=400):
        return lambda_svc.error_response_json(code, message, status)

    def make_delete(original):
        @functools.wraps(original)
        def delete(name, query_params, path_qualifier=None):
            qualifier = path_qualifier or lambda_svc._qp_first(query_params or {}, "Qualifier")
            function = lambda_svc._functions.get(name)
            if function is None or not qualifier:
                return original(name, query_params, path_qualifier)
            if qualifier == "$LATEST":
                return refused("$LATEST version cannot be deleted without deleting the function.")
            if not qualifier.isdigit():
                return refused("Deletion of aliases is not currently supported.")
            users = [
                alias["Name"]
                for alias in function["aliases"].values()
                if alias.get("FunctionVersion") == qualifier
                or qualifier in ((alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {})
            ]
            if users:
                message = f"Unable to delete version because the following aliases reference it: [{', '.join(users)}]"
                return refused(message, "ResourceConflictException", 409)
            if qualifier not in function["versions"]:
                return 204, {}, b""
            return original(name, query_params, path_qualifier)

        return delete

    patching.wrap(lambda_svc, "_delete_function", ["name", "query_params", "path_qualifier"], make_delete)
