"""An API key that is created with an empty value gets a generated one.

Emulator: refuses any value of fewer than 20 characters, the empty one too.
AWS: generates the value when none is given
(https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html). Terraform's provider always sends the argument, as
an empty string when the configuration has none (internal/service/apigateway/api_key.go of provider 5.100).
"""

import functools

import patching

WRITTEN_FOR = "1.5.33"


def apply():
    from ministack.services import apigateway_v1 as gateway

    def make(original):
        @functools.wraps(original)
        def create(data):
            return original({key: value for key, value in data.items() if (key, value) != ("value", "")})

        return create

    patching.wrap(gateway, "_create_api_key", ["data"], make)
