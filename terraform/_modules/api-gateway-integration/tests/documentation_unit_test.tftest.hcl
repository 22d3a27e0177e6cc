mock_provider "aws" {
  source = "../../tests/mocks"
}

variables {
  identifier  = "rest-api"
  environment = "test"
  rest_api = {
    id               = "a1b2c3d4e5"
    root_resource_id = "root"
    execution_arn    = "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3d4e5"
  }
  request_validators = { all = "id-of-all", none = "id-of-none" }
  stages             = { test = { rate_limit = 10, burst_limit = 10 }, prod = { rate_limit = 20, burst_limit = 5 } }
  encryption_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  alarm_topic_arn    = "arn:aws:sns:eu-west-1:123456789012:rest-api-test"
  artifacts_bucket   = "artifacts"
  packages           = { read-customer = { key = "one.zip", sha256_base64 = "one" }, start = { key = "two.zip", sha256_base64 = "two" } }
  common_responses   = { "400" = "Wrong.", "404" = "No such thing.", "500" = "Our fault." }

  lambdas = {
    read-customer = {
      integration = {
        method            = "POST"
        path              = "/customers/{id}/orders"
        path_parameters   = { id = { description = "Number of the customer." } }
        query_parameters  = { since = { description = "A day.", required = true }, limit = {} }
        header_parameters = { Accept-Language = { description = "A language." } }
        summary           = "Read orders"
        description       = "Reads the orders of a customer."
        responses         = { "200" = "The orders.", "404" = "There is no such customer." }
        body_schema       = "{ \"title\": \"A\", \"description\": \"What to read\", \"type\": \"object\" }"
        response_schema   = "{ \"title\": \"B\", \"description\": \"What was read\", \"type\": \"object\" }"
      }
    }
    start = { integration = { method = "GET", path = "/", validator = "none" } }
  }
}

run "places" {
  assert {
    condition = toset(keys(aws_api_gateway_documentation_part.this)) == toset([
      "METHOD POST /customers/{id}/orders",
      "PATH_PARAMETER POST /customers/{id}/orders id",
      "QUERY_PARAMETER POST /customers/{id}/orders since",
      "REQUEST_HEADER POST /customers/{id}/orders Accept-Language",
      "REQUEST_BODY POST /customers/{id}/orders",
      "RESPONSE POST /customers/{id}/orders 200",
      "RESPONSE POST /customers/{id}/orders 400",
      "RESPONSE POST /customers/{id}/orders 404",
      "RESPONSE POST /customers/{id}/orders 500",
      "MODEL ReadCustomerRequest",
      "MODEL ReadCustomerResponse",
      "MODEL ErrorMessage",
      "METHOD GET /",
      "RESPONSE GET / 200",
      "RESPONSE GET / 404",
      "RESPONSE GET / 500",
    ])
    error_message = "Every text of an entry has its place in the documentation, and what has no text has none."
  }

  # The place is in the key, part by part.
  assert {
    condition = alltrue([
      for key, part in aws_api_gateway_documentation_part.this :
      join(" ", compact([part.location[0].type, part.location[0].method, part.location[0].path, part.location[0].status_code, part.location[0].name])) == key
    ])
    error_message = "A part is where its key says."
  }
}

run "texts" {
  assert {
    condition = jsondecode(aws_api_gateway_documentation_part.this["METHOD POST /customers/{id}/orders"].properties) == {
      summary     = "Read orders"
      description = "Reads the orders of a customer."
      tags        = ["customers"]
    }
    error_message = "A method has its summary and description, and belongs to the first part of its path."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_documentation_part.this["METHOD GET /"].properties) == { summary = "Start" }
    error_message = "A method without texts is called by its lambda's id."
  }

  assert {
    condition = { for key in [
      "PATH_PARAMETER POST /customers/{id}/orders id",
      "QUERY_PARAMETER POST /customers/{id}/orders since",
      "REQUEST_HEADER POST /customers/{id}/orders Accept-Language",
      "REQUEST_BODY POST /customers/{id}/orders",
      "RESPONSE POST /customers/{id}/orders 200",
      "RESPONSE POST /customers/{id}/orders 400",
      "MODEL ReadCustomerResponse",
      ] : split(" ", key)[0] => jsondecode(aws_api_gateway_documentation_part.this[key].properties).description... } == {
      PATH_PARAMETER  = ["Number of the customer."]
      QUERY_PARAMETER = ["A day."]
      REQUEST_HEADER  = ["A language."]
      REQUEST_BODY    = ["What to read"]
      RESPONSE        = ["The orders.", "Wrong."]
      MODEL           = ["What was read"]
    }
    error_message = "The texts are the entry's, the schemas' and the gateway's."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_documentation_part.this["RESPONSE POST /customers/{id}/orders 404"].properties).description == "There is no such customer."
    error_message = "A lambda's own text for a status wins over the common one."
  }
}

run "fingerprint" {
  command = plan
}

run "another_text" {
  command = plan

  variables {
    common_responses = { "400" = "Wrong.", "404" = "No such thing.", "500" = "Ours." }
  }

  assert {
    condition     = output.documentation != run.fingerprint.documentation
    error_message = "A changed text needs a new version of the documentation."
  }

  assert {
    condition     = output.redeployment == run.fingerprint.redeployment
    error_message = "A changed text needs no deployment."
  }
}

run "other_limits" {
  command = plan

  variables {
    stages = { test = { rate_limit = 1, burst_limit = 1 }, prod = { rate_limit = 2, burst_limit = 2 } }
  }

  assert {
    condition     = output.documentation == run.fingerprint.documentation
    error_message = "What is not said changes no documentation."
  }
}
