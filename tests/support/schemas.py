"""Output of the commands held against the schemas that the package ships."""

import json
from importlib.resources import files

import jsonschema


def assert_fits(data, command):
    """Fits the command's schema, which has a description of all that is there."""
    text = files("resnet_lesson").joinpath(f"schemas/{command}.schema.json").read_text("utf-8")
    schema = json.loads(text, object_hook=closed)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(data, schema, jsonschema.Draft202012Validator)


def closed(value):
    """An object of a schema that allows nothing but what it names."""
    if value.get("type") == "object" and "properties" in value:
        return {**value, "additionalProperties": False}
    return value
