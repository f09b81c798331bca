#!/usr/bin/python3
"""Measures /healthz of `pixmill serve` while public tools attack it.

usage: attacks.py PIXMILL [--seconds 10]

Runs Debian's slowhttptest (slow heads, slow bodies, slow readers; 1,000
connections each), 10,000 idle connections, and wrk with 64 and with 1,000
connections, one after the other, and prints a table of what /healthz took
meanwhile and of the server's memory. Fails above 10 ms (p99) or 50 MB.

The probe is a process of its own. As root it and the server's attackers stand
apart: the probe asks with niceness -19, and the tools attack with the server's
own. On a machine that does other things as well the figures are upper bounds.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests/e2e"), os.path.dirname(
    os.path.abspath(__file__))]

from gate_under_attack import connect, measure, resident_mb  # noqa: E402

P99_MS = 10
GROWTH_MB = 50
IDLE = 10_000
TOOLS = ("slowhttptest", "wrk")


def probe(port, seconds):
    """Prints the answer times of /healthz, ms."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -19)
    print(json.dumps(measure(port, seconds)))


def measured(port, seconds):
    found = subprocess.run(
        [sys.executable, __file__, "--probe", str(port),
         "--seconds", str(seconds)],
        stdout=subprocess.PIPE, check=True,
    )
    return json.loads(found.stdout)


def slow(kind, path, port, seconds, *more):
    return ["slowhttptest", f"-{kind}", "-c", "1000", "-r", "500", "-i", "1",
            "-l", str(seconds + 4), "-v", "0", *more,
            "-u", f"http://127.0.0.1:{port}{path}"]


def attacks(port, seconds):
    """Name, command and, for wrk, what it prints that matters."""
    def wrk(connections):
        return ["wrk", "-t2", f"-c{connections}", f"-d{seconds + 3}s",
                f"http://127.0.0.1:{port}/v1/jobs"]

    return [
        ("1,000 slow heads (slowhttptest -H)",
         slow("H", "/v1/jobs", port, seconds)),
        ("1,000 slow bodies (slowhttptest -B)",
         slow("B", "/v1/jobs", port, seconds, "-s", "8192")),
        ("1,000 slow readers (slowhttptest -X)",
         slow("X", "/docs", port, seconds, "-w", "10", "-y", "20", "-n", "1",
              "-z", "32", "-k", "3")),
        ("wrk, 64 connections", wrk(64)),
        ("wrk, 1,000 connections", wrk(1000)),
    ]


def rate_of(output):
    for line in output.splitlines():
        if line.startswith("Requests/sec"):
            return f"{float(line.split()[1]):,.0f} requests/s"
    return ""


class Table:
    def __init__(self, pid, port, seconds):
        self.pid, self.port, self.seconds = pid, port, seconds
        self.before = resident_mb(pid)
        self.fine = True
        print("| attack | p50 | p99 | longest | memory | |")
        print("|---|---|---|---|---|---|")

    def row(self, name, command=None):
        process = command and subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True)
        if process:
            time.sleep(2.5)  # Until its connections stand.
        times = measured(self.port, self.seconds)
        growth = resident_mb(self.pid) - self.before
        output = process.communicate()[0] if process else ""
        p99 = times[len(times) * 99 // 100]
        self.fine &= p99 <= P99_MS and growth <= GROWTH_MB
        print(f"| {name} | {times[len(times) // 2]:.2f} ms | {p99:.2f} ms "
              f"| {times[-1]:.1f} ms | {growth:+.1f} MB | {rate_of(output)} |",
              flush=True)


def run(pixmill, seconds):
    folder = tempfile.mkdtemp(prefix="pixmill-attacks-")
    with subprocess.Popen(
        [pixmill, "serve", "--port", "0",
         "--set", f'store.journal="{folder}/journal"',
         "--set", f'store.images="{folder}/images"',
         "--set", 'log.level="off"'],
        stdout=subprocess.PIPE, text=True,
    ) as server:
        try:
            port = int(server.stdout.readline().rsplit(":", 1)[1])
            measured(port, 1)
            table = Table(server.pid, port, seconds)
            table.row("none")
            for name, command in attacks(port, seconds):
                table.row(name, command)
            idle = [connect(port) for _ in range(IDLE)]
            table.row(f"{IDLE:,} idle connections")
            for one in idle:
                one.close()
            time.sleep(1)
            table.row("none, afterwards")
        finally:
            server.terminate()
    shutil.rmtree(folder, ignore_errors=True)
    return table.fine


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill", nargs="?")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--probe", type=int)
    options = parser.parse_args()
    if options.probe:
        return probe(options.probe, options.seconds)
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        sys.exit(f"apt-get install {' '.join(missing)}")
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.exit(0 if run(os.path.abspath(options.pixmill), options.seconds)
             else 1)


if __name__ == "__main__":
    main()
