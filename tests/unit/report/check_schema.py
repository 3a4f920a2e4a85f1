# SPDX-License-Identifier: MIT
"""check_schema.py SCHEMA REPORT...: is each report valid, and is each of its keys in the schema?

Understands the part of JSON Schema that the schema uses, and fails on any other keyword.
The schema itself allows unknown keys (readers are to be tolerant); the writer must not make any.
"""
import json
import re
import sys

IGNORED = {"$schema", "$id", "title", "description", "examples", "$defs"}
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "number": (int, float),
    "integer": int}


def is_type(value, name):
    return isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool))


def check_object(value, schema, root, place):
    for key in schema.get("required", []):
        if key not in value:
            yield f"{place}: no {key}"
    known = schema.get("properties", {})
    more = schema.get("additionalProperties")
    for key, entry in value.items():
        if key in known:
            yield from check(entry, known[key], root, f"{place}.{key}")
        elif more is not None:
            yield from check(entry, more, root, f"{place}.{key}")
        else:
            yield f"{place}.{key}: not in the schema"


def check(value, schema, root, place):
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            name = wanted.removeprefix("#/$defs/")
            yield from check(value, root["$defs"][name], root, place)
        elif keyword == "const" and value != wanted:
            yield f"{place}: {value!r} is not {wanted!r}"
        elif keyword == "type" and not is_type(value, wanted):
            yield f"{place}: {value!r} is no {wanted}"
            return
        elif keyword == "minimum" and value < wanted:
            yield f"{place}: {value} < {wanted}"
        elif keyword == "maximum" and value > wanted:
            yield f"{place}: {value} > {wanted}"
        elif keyword == "maxItems" and len(value) > wanted:
            yield f"{place}: {len(value)} items"
        elif keyword == "pattern" and not re.search(wanted, value):
            yield f"{place}: {value!r} does not match {wanted}"
        elif keyword == "items":
            for index, entry in enumerate(value):
                yield from check(entry, wanted, root, f"{place}[{index}]")
        elif keyword not in IGNORED | {"const", "type", "minimum", "maximum", "maxItems", "pattern",
                                       "required", "properties", "additionalProperties"}:
            raise SystemExit(f"check_schema.py does not know the keyword {keyword}")
    # A value all of whose rules come by $ref is checked there.
    if isinstance(value, dict) and "$ref" not in schema:
        yield from check_object(value, schema, root, place)


def sums(report):
    """The numbers that must add up."""
    summary = report["summary"]
    for finding in report["findings"]:
        parts = sum(finding[key] for key in ("counted", "suppressed", "baselined", "noted"))
        if finding["count"] != parts:
            yield f"finding {finding['id']}: {finding['count']} is not {parts}"
        shown = len(finding.get("descriptors", [])) + finding["descriptors_omitted"]
        if finding.get("descriptors") and shown != finding["count"]:
            yield f"finding {finding['id']}: {shown} descriptors of {finding['count']}"
    for key in ("counted", "suppressed", "baselined", "noted"):
        if summary[key] != sum(finding[key] for finding in report["findings"]):
            yield f"summary.{key} does not add up"
    for key in ("by_kind", "by_type"):
        if sum(summary.get(key, {}).values()) != summary["leaks"]:
            yield f"summary.{key} does not add up"
    counts = report["process_counts"]
    if counts["total"] != counts["covered"] + counts["uncovered"]:
        yield "process_counts do not add up"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    try:
        import jsonschema
        jsonschema.Draft202012Validator.check_schema(schema)
        validate = jsonschema.Draft202012Validator(schema).validate
    except ImportError:
        validate = None
    errors = []
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        if validate:
            validate(report)
        errors += [f"{path}: {error}" for error in check(report, schema, schema, "report")]
        errors += [f"{path}: {error}" for error in sums(report)]
    print("\n".join(errors))
    return 1 if errors else 0


sys.exit(main())
