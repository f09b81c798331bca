#!/usr/bin/python3
"""Measures one `pixmill run` from outside.

usage: measured_run.py PIXMILL CSV OUT [FLAGS...]

Prints a JSON object: images/s, CPU (user and system, of the whole process
tree) and memory (highest sum of proportional set sizes, sampled at 4 Hz).
From the start of the process to its end; FLAGS go to `pixmill run`.
"""

import collections
import json
import os
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import harness  # noqa: E402


def tree_cpu_seconds(pid):
    """User and system time of a process, its reaped and living children."""
    ticks = 0
    for one in harness.tree(pid):
        try:
            with open(f"/proc/{one}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(pixmill, sheet, out, flags=()):
    begin = time.monotonic()
    process = subprocess.Popen(
        [pixmill, "run", sheet, "--out", out, *flags],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )
    with harness.MemoryWatch(process.pid, 0.25) as memory:
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (harness.OK, harness.WITH_FAILURES):
        sys.exit(f"pixmill run ended with {process.returncode}:\n{printed}")
    items = harness.read_jsonl(os.path.join(out, "results.jsonl"))
    cpu = usage.ru_utime + usage.ru_stime
    bytes_in, bytes_out = (
        sum(item[key] or 0 for item in items)
        for key in ("bytes_in", "bytes_out")
    )
    count = len(items)
    return {
        "images": count,
        "images_per_s": round(count / seconds, 1),
        "cpu_ms_per_image": round(cpu * 1000 / count, 2),
        "peak_pss_mb": round(memory.peak / 1e6),
        "out_by_in": round(bytes_out / bytes_in, 3) if bytes_in else 0,
        "seconds": round(seconds, 2),
        "states": dict(collections.Counter(i["status"] for i in items)),
    }


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:4], sys.argv[4:])))
