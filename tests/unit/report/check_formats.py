# SPDX-License-Identifier: MIT
"""check_formats.py sarif|junit|github|summary FILE...: does each file keep the rules of its format?

SARIF is also validated against its official schema where there is one: the path in
UNCLOSED_SARIF_SCHEMA, and the Python package jsonschema.
"""
import json
import os
import re
import sys
import urllib.parse
import xml.etree.ElementTree

LEVELS = {"none", "note", "warning", "error"}


def locations(value):
    """All physicalLocation objects below a value."""
    if isinstance(value, dict):
        if "physicalLocation" in value:
            yield value["physicalLocation"]
        for entry in value.values():
            yield from locations(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from locations(entry)


def check_location(location, bases):
    artifact = location.get("artifactLocation")
    if artifact is None:
        yield from [] if "address" in location else ["neither artifactLocation nor address"]
        return
    uri = artifact["uri"]
    if not re.fullmatch(r"(?:[A-Za-z0-9\-._~/]|%[0-9A-F]{2})+", uri.removeprefix("file://")):
        yield f"{uri}: not percent-encoded"
    if "uriBaseId" in artifact:
        if artifact["uriBaseId"] not in bases or uri.startswith(("/", "file:")):
            yield f"{uri}: not relative to {artifact['uriBaseId']}"
        if ".." in urllib.parse.unquote(uri).split("/"):
            yield f"{uri}: leaves its base"
    elif not uri.startswith("file:///"):
        yield f"{uri}: neither relative to a base nor absolute"
    if "region" in location and location["region"]["startLine"] < 1:
        yield f"{uri}: lines begin at 1"


def check_result(result, rules, bases):
    if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
        yield "ruleIndex is another rule's"
    if result["level"] not in LEVELS or not result["message"]["text"]:
        yield "no level or message"
    if not re.fullmatch("[0-9a-f]{16}", result["partialFingerprints"]["place/1"]):
        yield "no fingerprint"
    for suppression in result["suppressions"]:
        if suppression["kind"] not in {"inSource", "external"}:
            yield "suppression of no kind"
    counts = result["properties"]
    if counts["counted"] and (result["suppressions"] or result["level"] != "error"):
        yield "a result that counts is not an error"
    if not counts["counted"] and not counts["noted"] and not result["suppressions"]:
        yield "a known result is not marked"
    for location in locations(result):
        yield from check_location(location, bases)


def check_sarif(text):
    log = json.loads(text)
    if log["version"] != "2.1.0" or "sarif-schema-2.1.0.json" not in log["$schema"]:
        yield "another version"
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for rule in rules:
            for key in "shortDescription", "fullDescription", "help":
                if not rule[key]["text"].endswith("."):
                    yield f"{rule['id']}: {key} is no sentence"
        for name, base in run.get("originalUriBaseIds", {}).items():
            if not base["uri"].startswith("file:///") or not base["uri"].endswith("/"):
                yield f"{name} is no folder"
        for result in run["results"]:
            yield from check_result(result, rules, run.get("originalUriBaseIds", {}))
    yield from check_schema(log)


def check_schema(log):
    path = os.environ.get("UNCLOSED_SARIF_SCHEMA")
    if not path or not os.path.exists(path):
        return
    try:
        import jsonschema
    except ImportError:
        return
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    for error in jsonschema.validators.validator_for(schema)(schema).iter_errors(log):
        yield f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"


# What junit-10.xsd allows of what we write, and in which order children come.
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp",
                  "hostname", "id", "package"},
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time"},
    "failure": {"message", "type"},
    "skipped": {"message", "type"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase"],
    "properties": ["property"],
    "testcase": ["failure", "skipped", "system-out"],
}


def check_element(element):
    if element.tag not in ATTRIBUTES:
        yield f"<{element.tag}> is unknown"
        return
    for name in element.attrib.keys() - ATTRIBUTES[element.tag]:
        yield f"<{element.tag} {name}> is unknown"
    order = [CHILDREN.get(element.tag, []).index(child.tag) for child in element]
    if order != sorted(order):
        yield f"<{element.tag}>: children in another order"
    for child in element:
        yield from check_element(child)


def check_junit(text):
    root = xml.etree.ElementTree.fromstring(text.encode())
    yield from check_element(root)
    for suite in root:
        cases = suite.findall("testcase")
        failed = [case for case in cases if case.find("failure") is not None]
        skipped = [case for case in cases if case.find("skipped") is not None]
        counts = [int(suite.attrib[key]) for key in ("tests", "failures", "skipped")]
        if counts != [len(cases), len(failed), len(skipped)]:
            yield f"{counts} are not the numbers of cases"
        if len({(case.attrib["classname"], case.attrib["name"]) for case in cases}) != len(cases):
            yield "two cases of one name"
        for name in "tests", "failures":
            if root.attrib[name] != suite.attrib[name]:
                yield f"{name} do not add up"


def check_github(text):
    lines = text.splitlines()
    for line in lines:
        match = re.fullmatch(r"::(error|warning) ([^:]*)::(.+)", line)
        if not match:
            yield f"no command: {line!r}"
            continue
        for part in match[2].split(","):
            if not re.fullmatch(r"(file|title)=.+|line=[1-9][0-9]*", part):
                yield f"no property: {part!r} in {line!r}"
        if re.search(r"%(?!25|0D|0A|3A|2C)", line):
            yield f"a bare percent sign: {line!r}"
    if sum(line.startswith("::error") for line in lines) > 10:
        yield "more errors than a runner keeps"


def check_summary(text):
    if not text.startswith("### unclosed: ") or "<details><summary>" not in text:
        yield "no headline or details"
    head = text.split("<details>")[0]
    for row in re.findall(r"^\|.*$", head, re.MULTILINE):
        if row.count("|") != 5:
            yield f"not four cells: {row}"
    if re.search(r"<(?!details|summary|/summary)", head):
        yield "HTML of others"


CHECKS = {"sarif": check_sarif, "junit": check_junit, "github": check_github,
          "summary": check_summary}


def main():
    problems = []
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8", newline="") as file:
            problems += [f"{path}: {problem}" for problem in CHECKS[sys.argv[1]](file.read())]
    print("\n".join(problems))
    return 1 if problems else 0


sys.exit(main())
