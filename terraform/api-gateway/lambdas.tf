# One entry per folder in lambdas/. What an entry may say, and what it gets when it does not, is in the variable "lambdas"
# of the module api-gateway-integration. The JSON schemas of a request's body and of the answer 200 are the folder's
# request.schema.json and response.schema.json. What is said here is also what the API's documentation says.
locals {
  lambdas = {
    "replace-strings" = {
      lambda = {
        description = "Replaces the texts of the map by their counterparts."
        memory_size = 256
        timeout     = 10
        parameters  = { STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter_name }
      }
      integration = {
        method      = "POST"
        path        = "/string/replace"
        validator   = "body-only"
        summary     = "Replace words in a text"
        description = "Replaces every word of the text that is in the map, in any case, by what the map says. A text that holds the replacement already is left as it is."
        responses   = { "200" = "The text with its words replaced." }
      }
      aliases = {
        test = { follows = "latest" }
        prod = { follows = "promotion" }
      }
    }

    "read-mapping" = {
      lambda = {
        description = "Reads one entry of the map."
        memory_size = 256
        timeout     = 5
        parameters  = { STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter_name }
      }
      integration = {
        method          = "GET"
        path            = "/mappings/{key}"
        validator       = "all"
        path_parameters = { key = { description = "The word that is replaced; case does not count." } }
        query_parameters = {
          content = { description = "A text of at most 10,000 characters to try the entry on.", required = false }
        }
        summary     = "Read one entry"
        description = "Says what a word is replaced by. With a text in content, the answer also holds that text with this one word replaced."
        responses = {
          "200" = "The entry, and the text with the entry applied where one was given."
          "404" = "There is no such key."
        }
      }
      aliases = {
        test = { follows = "latest" }
        prod = { follows = "promotion" }
      }
    }

    "search-mappings" = {
      lambda = {
        description = "Finds entries of the map near a text."
        memory_size = 512
        timeout     = 10
        parameters  = { STRINGS_MAPPING_PARAMETER_NAME = var.strings_mapping_parameter_name }
      }
      integration = {
        method    = "GET"
        path      = "/mappings"
        validator = "params-only"
        query_parameters = {
          text  = { description = "What to look for in keys and replacements; typing mistakes are forgiven.", required = true }
          limit = { description = "How many entries to answer at most, 1 to 100; 20 if left out.", required = false }
        }
        summary     = "Search the entries"
        description = "Finds the entries whose key or replacement is near a text, the best match first."
        responses   = { "200" = "The entries that were found, and how many there are in all." }
      }
      aliases = {
        test = { follows = "latest" }
        prod = { follows = "promotion" }
      }
    }
  }
}
