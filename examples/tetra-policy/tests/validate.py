# SPDX-License-Identifier: Apache-2.0
"""A small validator for JSON Schema (2020-12): the keywords that our schemas use, and no others,
so that one which it does not know is an error and not ignored."""

import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
# They describe and do not judge.
NOTES = {"$schema", "$id", "$defs", "$comment", "title", "description", "default", "examples"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


def check_object(schema, value, root, path):
    known = schema.get("properties", {})
    if len(value) < schema.get("minProperties", 0):
        yield "%s: has too few keys" % path
    for name in schema.get("required", ()):
        if name not in value:
            yield "%s: '%s' is missing" % (path, name)
    for name in value:
        yield from problems(schema.get("propertyNames", True), name, root, path)
    for name, inner in value.items():
        place = "%s.%s" % (path, name)
        patterns = [sub for pattern, sub in schema.get("patternProperties", {}).items()
                    if re.search(pattern, name)]
        if name in known:
            patterns.append(known[name])
        for sub in patterns or [schema.get("additionalProperties", True)]:
            yield from problems(sub, inner, root, place)


def check_array(schema, value, root, path):
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        yield "%s: %d items" % (path, len(value))
    if schema.get("uniqueItems") and any(one in value[:i] for i, one in enumerate(value)):
        yield "%s: an item is there twice" % path
    for i, one in enumerate(value):
        yield from problems(schema.get("items", True), one, root, "%s[%d]" % (path, i))


def check_string(schema, value, path):
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        yield "%s: %d characters" % (path, len(value))
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield "%s: %r is not like %s" % (path, value, schema["pattern"])


def check_number(schema, value, path):
    if not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield "%s: %s is out of range" % (path, value)


def check_kind(schema, value, path):
    types = schema.get("type", [])
    types = [types] if isinstance(types, str) else types
    if types and not any(is_type(value, name) for name in types):
        yield "%s: %r is not of type %s" % (path, value, "/".join(types))
    if "const" in schema and value != schema["const"]:
        yield "%s: %r is not %r" % (path, value, schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %r is none of the %d values" % (path, value, len(schema["enum"]))


def check_parts(schema, value, root, path):
    if "$ref" in schema:
        assert schema["$ref"].startswith("#/"), schema["$ref"]
        target = root
        for step in schema["$ref"][2:].split("/"):
            target = target[step]
        yield from problems(target, value, root, path)
    for sub in schema.get("allOf", ()):
        yield from problems(sub, value, root, path)
    if "oneOf" in schema:
        fitting = [sub for sub in schema["oneOf"]
                   if not any(True for _ in problems(sub, value, root, path))]
        if len(fitting) != 1:
            yield "%s: %d alternatives fit" % (path, len(fitting))
    if "anyOf" in schema and all(any(True for _ in problems(sub, value, root, path))
                                 for sub in schema["anyOf"]):
        yield "%s: %r fits none of the alternatives" % (path, value)
    if "if" in schema and not any(True for _ in problems(schema["if"], value, root, path)):
        yield from problems(schema.get("then", True), value, root, path)
    if "not" in schema and not any(True for _ in problems(schema["not"], value, root, path)):
        yield "%s: fits what it must not" % path


PARTS = {"$ref", "allOf", "anyOf", "oneOf", "if", "then", "not", "type", "const", "enum"}
BY_TYPE = [
    (dict, {"properties", "required", "patternProperties", "additionalProperties",
            "propertyNames", "minProperties"}, check_object),
    (list, {"items", "minItems", "maxItems", "uniqueItems"}, check_array),
    (str, {"minLength", "maxLength", "pattern"}, check_string),
    ((int, float), {"minimum", "maximum"}, check_number),
]
KNOWN = NOTES | PARTS | set().union(*(words for _, words, _ in BY_TYPE))


def problems(schema, value, root=None, path="$"):
    """What is wrong with the value, one text after the other."""
    root = schema if root is None else root
    if isinstance(schema, bool):
        if not schema:
            yield "%s: must not be there" % path
        return
    assert not set(schema) - KNOWN, set(schema) - KNOWN
    yield from check_kind(schema, value, path)
    yield from check_parts(schema, value, root, path)
    for kind, _, check in BY_TYPE:
        if isinstance(value, kind) and not isinstance(value, bool):
            with_root = (root, path) if kind in (dict, list) else (path,)
            yield from check(schema, value, *with_root)
