#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run real programs under unclosed and compare its report with the kernel's list.

    scripts/compare_programs.py [--unclosed FILE] [--exit-fds FILE] [--least N] [--only NAME]... [LIST]

LIST (compare_programs.list beside this file) has one row a program; its head tells the form. Each
runs in a folder of its own, under exit_fds (tests/support/exit_fds.c): it stops every process at
its last moment and writes down what /proc/PID/fd has. The report must have the same numbers from 3
on, with the same targets, and nothing more. What the report says was not covered is not compared.
Status: 0 all the same, in LEAST programs or more.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
OPTIONS = "--kinds all --gc ignore --gate none --wait 20 --json report.json -q --".split()
LIMIT_S = 120


class Difference(Exception):
    pass


def rows_of(path):
    """Yield (name, needed programs, shell script)."""
    for line in path.read_text().splitlines():
        if line and not line.startswith("#"):
            name, needs, script = (part.strip() for part in line.split("|", 2))
            yield name, needs.split(), script


def kernel_lists(path):
    """{pid: {fd: target}} at birth and at the end, from 3 on."""
    born, ended = {}, {}
    for line in path.read_text(errors="surrogateescape").splitlines():
        pid, fd, target = (line.split(" ", 2) + [""])[:3]
        target = target.removesuffix(" (deleted)")
        lists = born if pid.startswith("+") else ended
        if int(fd) > 2:
            lists.setdefault(int(pid.lstrip("+")), {})[int(fd)] = target
    return born, ended


def report_list(report, process):
    """{fd: target} of what the report says that this process left open or was given."""
    listed = {entry["fd"]: entry.get("target") for entry in process.get("inherited", [])}
    for finding in report["findings"]:
        if finding["type"] != "leak":
            continue
        if finding.get("descriptors_omitted"):
            raise Difference("more descriptors than a report lists")
        for descriptor in finding["descriptors"]:
            if descriptor["process"] == process["id"]:
                listed[descriptor["fd"]] = descriptor.get("path")
    return {fd: target for fd, target in listed.items() if fd > 2}


def is_compared(report, process):
    """The last program of its pid, and one whose end was seen from inside."""
    return (
        process["end"]["how"] != "exec"
        and process.get("kernel_check", {}).get("done")
        and all(other.get("exec_of") != process["id"] for other in report["processes"])
    )


def handed_on(report, born):
    """What children were forked with and are told of: a daemon answers for its starter."""
    for process in report["processes"]:
        copies = born.get(process["pid"], {}).items()
        yield from copies & report_list(report, process).items()


def differences(kernel, listed, copies, handed):
    """Lines; a child's copy is told where it was opened, so it may be missing here."""
    for fd in sorted(kernel.keys() | listed.keys()):
        target, said = kernel.get(fd), listed.get(fd)
        if fd not in listed:
            if copies.get(fd) != target and (fd, target) not in handed:
                yield f"{fd} is {target}: not in the report"
        elif fd not in kernel:
            yield f"{fd} is not open: the report has {said}"
        elif said is not None and said != target:
            yield f"{fd} is {target}: the report has {said}"


def compare(place):
    """Return (processes, descriptors) or raise Difference."""
    report = json.loads((place / "report.json").read_text())
    born, ended = kernel_lists(place / "kernel")
    handed = set(handed_on(report, born))
    known = {process["pid"] for process in report["processes"]}
    lines, processes, descriptors = [], 0, 0
    for process in report["processes"]:
        if not is_compared(report, process):
            continue
        pid = process["pid"]
        kernel = ended.get(pid, {})
        copies = born.get(pid, {}) if "parent" in process else {}
        processes += 1
        descriptors += len(kernel)
        for line in differences(kernel, report_list(report, process), copies, handed):
            lines.append(f"{process['exe']} ({pid}): {line}")
    # What ended clean has no place in the report any more: it left nothing that it opened itself.
    for pid in (born.keys() | ended.keys()) - known if report["complete"] else ():
        processes += 1
        for line in differences(ended.get(pid, {}), {}, born.get(pid, {}), handed):
            lines.append(f"({pid}): {line}")
    if lines:
        raise Difference("\n    ".join(lines))
    if not processes:
        raise Difference("no process was compared")
    return processes, descriptors


def run(tools, script, place):
    words = [tools.exit_fds, "kernel", tools.unclosed, *OPTIONS, "bash", "-c", script]
    with open(place / "output", "wb") as output:
        done = subprocess.run(
            words, cwd=place, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=LIMIT_S
        )
    if done.returncode:
        said = (place / "output").read_text(errors="replace")[-600:]
        raise Difference(f"ended with {done.returncode}: {said}")


def main():
    build = HERE.parent / "build" / "bin"
    parser = argparse.ArgumentParser()
    parser.add_argument("--unclosed", default=build / "unclosed", type=pathlib.Path)
    parser.add_argument("--exit-fds", default=build / "exit_fds", type=pathlib.Path)
    parser.add_argument("--least", default=20, type=int)
    parser.add_argument("--only", action="append")
    parser.add_argument("list", nargs="?", default=HERE / "compare_programs.list", type=pathlib.Path)
    tools = parser.parse_args()
    tools.unclosed, tools.exit_fds = tools.unclosed.resolve(), tools.exit_fds.resolve()
    same, different, totals = 0, 0, [0, 0]
    for name, needs, script in rows_of(tools.list):
        missing = [need for need in needs if not shutil.which(need)]
        if tools.only and name not in tools.only:
            continue
        if missing:
            print(f"compare: {name}: left out, no {' '.join(missing)}", flush=True)
            continue
        with tempfile.TemporaryDirectory(prefix="unclosed-compare.") as folder:
            try:
                run(tools, script, pathlib.Path(folder))
                processes, descriptors = compare(pathlib.Path(folder))
            except (Difference, subprocess.TimeoutExpired) as difference:
                different += 1
                print(f"compare: {name}: DIFFERENT:\n    {difference}", flush=True)
                continue
        same += 1
        totals = [totals[0] + processes, totals[1] + descriptors]
        print(f"compare: {name}: same, {processes} processes, {descriptors} descriptors", flush=True)
    print(
        f"compare: {same} programs as the kernel has them ({totals[0]} processes, {totals[1]}"
        f" descriptors at their ends), {different} different"
    )
    if not tools.only and same < tools.least:
        print(f"compare: fewer than {tools.least} programs", file=sys.stderr)
        return 1
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
