#!/usr/bin/python3
"""How soon `pixmill serve` goes on after SIGKILL with a million slots stored.

usage: restart.py PIXMILL [--jobs 100] [--images 10000] [--at 55 60 65]

Every job runs at once. Its URLs are refused by the address guard, so an outcome
costs nothing but its bookkeeping. When that share (%) of all slots is settled,
the server is killed and started again on the same state. Printed, from the start
of the new process: until /readyz is 200, until the list of jobs shows each of
them with sums that hold, and until an outcome is there that was not stored: the
first answer of the list is taken as what was stored, which may only be late.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from types import SimpleNamespace

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) or "."
sys.path.insert(0, os.path.join(ROOT, "tests/e2e"))

import harness  # noqa: E402
from service_test import Server  # noqa: E402

URLS_OF_A_ROW = 10
# Nobody listens there, and nobody is asked: no private address is allowed.
NOBODY = SimpleNamespace(port=9)


def start(state, jobs):
    return Server(
        state, NOBODY, "fetch.allow-cidrs=[]", f"jobs.max-running={jobs}"
    )


def write_sheet(job, images):
    def url(n):
        return f"http://127.0.0.1:9/{job}/{n}.jpg"

    return harness.sheet([
        [str(n), f"product {n}",
         ",".join(url(k) for k in range(n, min(n + URLS_OF_A_ROW, images)))]
        for n in range(0, images, URLS_OF_A_ROW)
    ])


def listed(server):
    answer = server.get("/v1/jobs?limit=100")
    return answer.json["jobs"] if answer.status == 200 else []


def settled(job):
    progress = job["progress"]
    return progress["total"] - progress["active"] - progress["pending"]


def holds(job, images):
    progress = job["progress"]
    sums = sum(n for key, n in progress.items() if key != "total")
    return sums == progress["total"] == images


def submit_all(state, options):
    """The jobs, all but the first untouched: it has the only place, and rests."""
    begin = time.monotonic()
    server = start(state, 1)
    try:
        ids = []
        for job in range(options.jobs):
            answer = server.submit(write_sheet(job, options.images))
            assert answer.status in (201, 202), answer.body
            ids.append(answer.json["id"])
            if job == 0:
                command(server, ids[0], "pause")
        print(f"{options.jobs} jobs of {options.images} images submitted in "
              f"{time.monotonic() - begin:.1f} s", flush=True)
        return ids[0]
    finally:
        server.kill()


def command(server, job, verb):
    answer = server.ask("POST", f"/v1/jobs/{job}/{verb}", b"")
    assert answer.status < 300, answer.body


def wait_for(server, share, slots):
    while True:
        done = sum(map(settled, listed(server)))
        if done * 100 >= share * slots:
            return done
        time.sleep(0.1)


def measure(server, begin, options, stored):
    """The milliseconds from the start until each of the three."""
    marks = {}
    base = None

    def reached(name):
        marks.setdefault(name, (time.monotonic() - begin) * 1000)

    while len(marks) < 3:
        assert time.monotonic() - begin < 60, f"after a minute: {marks}"
        if server.get("/readyz").status == 200:
            reached("ready")
        jobs = listed(server)
        if len(jobs) < options.jobs:
            continue
        if all(holds(job, options.images) for job in jobs):
            reached("all jobs")
        done = sum(map(settled, jobs))
        if base is None:
            base = done
            assert base >= stored, f"{stored} were shown settled, now {base}"
        if done > base:
            reached("first dispatch")
    return marks


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument("--at", type=int, nargs="+", default=[55, 60, 65])
    options = parser.parse_args()
    harness.PIXMILL = os.path.abspath(options.pixmill)
    slots = options.jobs * options.images
    rounds = []
    with tempfile.TemporaryDirectory(prefix="pixmill-restart-") as state:
        resting = submit_all(state, options)
        server = start(state, options.jobs)
        try:
            command(server, resting, "resume")
            for share in options.at:
                stored = wait_for(server, share, slots)
                server.kill()
                begin = time.monotonic()
                server = start(state, options.jobs)
                marks = measure(server, begin, options, stored)
                rounds.append(marks)
                print(f"killed with {stored} of {slots} settled: " + ", ".join(
                    f"{name} {ms:.0f} ms" for name, ms in marks.items()
                ), flush=True)
        finally:
            server.stop()
    print("median: " + ", ".join(
        f"{name} {statistics.median(marks[name] for marks in rounds):.0f} ms"
        for name in rounds[0]
    ))


if __name__ == "__main__":
    main()
