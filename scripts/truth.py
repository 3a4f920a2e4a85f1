#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Count how often what a report advises is right.

    scripts/truth.py [--unclosed FILE] [--samples FOLDER] [--only NAME]... [--table FILE] [LIST]...

Runs the programs of compare_programs.list and tests/truth/programs.list, which nobody here wrote,
and our samples, whose leaks are marked, with all kinds. Each sentence of theirs that says why
something is open, or what to do about it, has the name of the rule that printed it. Whether it was
right is written down in tests/truth/judgements.tsv: program, version, rule, place, right or wrong,
and why, a line each. Right means: a change at the place gives the descriptor back, and the program
still passes its run; of a sentence without advice, that it is so. What is not judged yet is listed.

Printed is a table (rule, printed, programs, right, wrong), and with --table written to FILE. Status
1 if a rule is wrong more than once in twenty, or ever, where it was printed fewer than 20 times or
in fewer than 5 programs; or if something is not judged. Servers of many processes also have the
lines and columns of their text reports counted, on a terminal of 100 columns: status 1 if there are
more than 100 lines, or a line is wider.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TRUTH = HERE.parent / "tests" / "truth"
OPTIONS = "--kinds all --wait 20 --json report.json -q --".split()
LIMIT_S = 60
SERVERS = ("postgres", "php-fpm", "chromium")
LINES_MAX, COLUMNS_MAX = 100, 100
MANY, WIDE = 20, 5

Sentence = collections.namedtuple("Sentence", "rule program place text lines")


def rows_of(path):
    """Yield (name, needed programs, shell script)."""
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, needs, script = (part.strip() for part in line.split("|", 2))
            yield name, needs.split(), script


def judgements_read(path):
    """{(rule, program, place): is it right}"""
    judged = {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) != 6 or fields[4] not in ("right", "wrong"):
            sys.exit(f"truth: {path}:{number}: not six fields with right or wrong: {line}")
        program, _, rule, place, verdict, _ = fields
        judged[rule, program, place] = verdict == "right"
    return judged


def place_of(finding):
    """The line that the remedy names, or what there is of a stripped program: a function, a file."""
    remedy = finding.get("remedy", {})
    if remedy.get("file"):
        name = remedy["file"].rsplit("/", 1)[-1]
        return f"{name}:{remedy.get('line', 0)}"
    named = re.search(r"what (\S+\(?[^ ]*\)?) (?:opened|got)", remedy.get("text", ""))
    if named:
        return named[1]
    for frame in finding.get("stack") or []:
        if frame.get("module"):
            return f"{finding.get('call', '?')} in {frame['module'].rsplit('/', 1)[-1]}"
    return finding.get("call", "?")


def sentences_of(report, program):
    for finding in report["findings"]:
        if not finding.get("counted"):
            continue
        remedy = finding.get("remedy", {})
        place = place_of(finding)
        lines = frozenset(
            (frame["file"].rsplit("/", 1)[-1], frame.get("line"))
            for frame in finding.get("stack") or []
            if frame.get("file")
        )
        if finding.get("explanation_row"):
            rule = "why:" + finding["explanation_row"]
            yield Sentence(rule, program, place, finding["explanation"], lines)
        if remedy.get("row"):
            yield Sentence("fix:" + remedy["row"], program, place, remedy["text"], lines)


def report_of(words, place):
    (place / "report.json").unlink(missing_ok=True)
    try:
        with open(place / "output", "wb") as output:
            subprocess.run(words, cwd=place, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                           timeout=LIMIT_S, check=False)
        return json.loads((place / "report.json").read_text())
    except (subprocess.TimeoutExpired, OSError, json.JSONDecodeError) as error:
        print(f"truth: {' '.join(map(str, words[-1:]))[:60]}: {error}", file=sys.stderr)
        return None


def size_of(arguments, options, script):
    """(lines, columns of the widest) of a text report, where a terminal has COLUMNS_MAX of them."""
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder) / "report"
        environment = {**os.environ, "COLUMNS": str(COLUMNS_MAX), "LC_ALL": "C.UTF-8"}
        words = [arguments.unclosed, *options, "-o", text, "--", "bash", "-c", script]
        subprocess.run(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, env=environment, timeout=LIMIT_S, check=False)
        lines = text.read_text().splitlines()
        return len(lines), max(map(len, lines), default=0)


def is_brief(arguments, name, script):
    """Print the size of what a server's report is by default, and with all kinds."""
    brief = True
    for options in ([], ["--kinds", "all"]):
        lines, columns = size_of(arguments, options, script)
        print(f"truth: {name} {' '.join(options) or 'by default'}: {lines} lines, {columns} columns")
        brief &= 0 < lines <= LINES_MAX and columns <= COLUMNS_MAX
    return brief


def programs_run(arguments, long_reports):
    for path in arguments.list:
        for name, needs, script in rows_of(path):
            if arguments.only and name not in arguments.only:
                continue
            missing = [need for need in needs if not shutil.which(need)]
            if missing:
                print(f"truth: {name}: skipped, not installed: {' '.join(missing)}", file=sys.stderr)
                continue
            with tempfile.TemporaryDirectory() as folder:
                place = pathlib.Path(folder)
                report = report_of([arguments.unclosed, *OPTIONS, "bash", "-c", script], place)
            if report:
                yield name, list(sentences_of(report, name))
            if name in SERVERS and not is_brief(arguments, name, script):
                long_reports.append(name)


def marked_lines():
    """The lines of our samples that leak on purpose."""
    samples = HERE.parent / "tests" / "fixtures" / "samples"
    return {
        (path.name, number)
        for path in samples.rglob("*.c*")
        if path.is_file() and path.suffix in (".c", ".cpp")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "@leak" in line
    }


def samples_run(arguments, judged):
    """Right is what a sample says of a place that is marked: the leak is there on purpose."""
    marked = marked_lines()
    for program in sorted(path for path in arguments.samples.glob("c*/*") if path.is_file()):
        with tempfile.TemporaryDirectory() as folder:
            report = report_of([arguments.unclosed, *OPTIONS, program], pathlib.Path(folder))
        if not report:
            continue
        sentences = list(sentences_of(report, f"sample {program.name}"))
        for sentence in sentences:
            if sentence.lines & marked:
                judged.setdefault((sentence.rule, sentence.program, sentence.place), True)
        yield program.name, sentences


def is_trusted(printed, programs, right, wrong):
    if printed < MANY or programs < WIDE:
        return wrong == 0
    return right >= 19 * wrong


def main():
    build = HERE.parent / "build"
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--unclosed", default=build / "bin" / "unclosed", type=pathlib.Path)
    parser.add_argument("--samples", default=build / "samples", type=pathlib.Path)
    parser.add_argument("--only", action="append")
    parser.add_argument("--table", type=pathlib.Path)
    parser.add_argument("list", nargs="*", type=pathlib.Path,
                        default=[HERE / "compare_programs.list", TRUTH / "programs.list"])
    arguments = parser.parse_args()
    arguments.unclosed = arguments.unclosed.resolve()
    judged = judgements_read(TRUTH / "judgements.tsv")
    ran, printed, long_reports = [], [], []
    for name, sentences in programs_run(arguments, long_reports):
        ran.append(name)
        printed += sentences
    if not arguments.only:
        for name, sentences in samples_run(arguments, judged):
            printed += sentences
    rules = collections.defaultdict(list)
    for sentence in printed:
        rules[sentence.rule].append(sentence)
    lines, is_bad, unjudged = [], False, []
    for rule, sentences in sorted(rules.items()):
        marks = [judged.get((s.rule, s.program, s.place)) for s in sentences]
        unjudged += [s for s, mark in zip(sentences, marks) if mark is None]
        right, wrong = marks.count(True), marks.count(False)
        programs = len({s.program for s in sentences})
        trusted = is_trusted(len(sentences), programs, right, wrong)
        is_bad |= not trusted
        lines.append(f"{rule}\t{len(sentences)}\t{programs}\t{right}\t{wrong}\t{'' if trusted else 'NOT TRUSTED'}".rstrip())
    for sentence in unjudged:
        print(f"truth: not judged: {sentence.program}\t{sentence.rule}\t{sentence.place}\t{sentence.text}")
    table = "\n".join(["# rule\tprinted\tprograms\tright\twrong", *lines]) + "\n"
    print(table, end="")
    print(f"truth: {len(ran)} programs, {len(printed)} sentences, {len(unjudged)} not judged")
    if arguments.table:
        arguments.table.write_text(table)
    for name in long_reports:
        print(f"truth: the report of {name} is too long or too wide")
    return 1 if is_bad or unjudged or long_reports else 0


if __name__ == "__main__":
    sys.exit(main())
