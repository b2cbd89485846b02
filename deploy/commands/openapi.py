"""`factoryos openapi`: the API's description, for generators and for diffs."""

import json

EXAMPLES = "Example: factoryos openapi > openapi.json"


def openapi() -> None:
    """Print the OpenAPI document as JSON; needs no running server."""
    from api.app import create_app

    print(json.dumps(create_app().openapi(), indent=2, sort_keys=True))
