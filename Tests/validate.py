"""Validates texts against JSON Schemas: a line of JSON in, a line of JSON out, until the input ends.

In goes {"schema": path, "text": text, "format": "yaml" or "json", "closed": bool}, out comes a list of what is wrong, empty
for a valid text. `closed` also refuses keys that the schema does not describe, where it says nothing of others.
"""

import json
import re
import sys

import jsonschema
import yaml


class CoreLoader(yaml.SafeLoader):
    """YAML 1.2 with its core schema, as editors read it: `off` is a text. Keys are texts, and none stands twice."""

    yaml_implicit_resolvers = {}

    def construct_mapping(self, node, deep=False):
        mapping = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.YAMLError("a key that is no scalar")
            if key.value in mapping:
                raise yaml.YAMLError(f"the key {key.value} stands twice")
            mapping[key.value] = self.construct_object(value, deep=True)
        return mapping

    def construct_yaml_map(self, node):
        return self.construct_mapping(node)


def integer(loader, node):
    text = loader.construct_scalar(node)
    return int(text, 0) if text[:2] in ("0o", "0x") else int(text)


def fraction(loader, node):
    return float(loader.construct_scalar(node).lower().replace(".inf", "inf").replace(".nan", "nan"))


for name, pattern, construct in [
    ("null", r"(~|null|Null|NULL|)", lambda loader, node: None),
    ("bool", r"(true|True|TRUE|false|False|FALSE)", lambda loader, node: node.value.lower() == "true"),
    ("int", r"([-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)", integer),
    ("float", r"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))", fraction),
]:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", re.compile(f"^{pattern}$"), None)
    CoreLoader.add_constructor(f"tag:yaml.org,2002:{name}", construct)
CoreLoader.add_constructor("tag:yaml.org,2002:map", CoreLoader.construct_yaml_map)


def closed(schema):
    """The schema without room for keys that it does not describe."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {key: closed(part) for key, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") and "additionalProperties" not in schema:
        parts["additionalProperties"] = False
    return parts


validators = {}


def validator(path, is_closed):
    if (path, is_closed) not in validators:
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[path, is_closed] = jsonschema.Draft202012Validator(
            closed(schema) if is_closed else schema, format_checker=jsonschema.FormatChecker()
        )
    return validators[path, is_closed]


def problems(request):
    text = request["text"]
    try:
        value = yaml.load(text, CoreLoader) if request["format"] == "yaml" else json.loads(text)
    except (yaml.YAMLError, ValueError) as error:
        return [f"it cannot be read: {error}"]
    errors = validator(request["schema"], request["closed"]).iter_errors(value)
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors]


for line in sys.stdin:
    try:
        answer = problems(json.loads(line))
    except Exception as error:
        answer = [f"it cannot be validated: {error!r}"]
    print(json.dumps(answer), flush=True)
