#!/usr/bin/python3
"""How fast `pixmill serve` answers while two cores compress.

usage: latency.py PIXMILL IMAGES [--count 1500]

Submits a job of that many images over HTTP, asks for its status again and again
until it ends, then submits jobs of one image while another large one runs.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) or "."
sys.path[:0] = [os.path.join(ROOT, "bench"), os.path.join(ROOT, "tests/e2e")]

import harness  # noqa: E402
from end_to_end import write_sheet  # noqa: E402
from service_test import Server  # noqa: E402


def timed(call):
    begin = time.monotonic()
    answer = call()
    return answer, (time.monotonic() - begin) * 1000


def run_to_end(server, job, pause):
    """Asks until the job has ended; the milliseconds of each answer."""
    took = []
    while True:
        answer, ms = timed(lambda: server.get(f"/v1/jobs/{job}"))
        took.append(ms)
        if answer.json["finished_at"] is not None:
            return took
        time.sleep(pause)


def measure(server, origin, sheet, count, name):
    submit, ms = timed(lambda: server.submit(sheet, target="quality:50"))
    print(f"submission of {count} images answered in {ms:.1f} ms")
    took, whole = timed(
        lambda: run_to_end(server, submit.json["id"], 0.005)
    )
    took.sort()
    print(f"{count / whole * 1000:.0f} images/s; status p50 "
          f"{statistics.median(took):.2f} ms, p99 "
          f"{took[len(took) * 99 // 100]:.2f} ms")
    server.submit(sheet, target="quality:51")
    small = []
    for k in range(9):
        time.sleep(0.2)
        one = harness.sheet([["1", "A", f"{origin.base}/u/s{k}/{name}"]])
        small.append(timed(lambda text=one: run_to_end(
            server, server.submit(text).json["id"], 0.003
        ))[1])
    print(f"a job of one image beside it: {statistics.median(small):.0f} ms "
          f"({min(small):.0f} to {max(small):.0f})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("images")
    parser.add_argument("--count", type=int, default=1500)
    options = parser.parse_args()
    harness.PIXMILL = os.path.abspath(options.pixmill)
    folder = os.path.abspath(options.images)
    origin = harness.NginxOrigin(folder)
    with tempfile.TemporaryDirectory(prefix="pixmill-latency-") as state:
        server = Server(state, origin)
        try:
            path = os.path.join(state, "products.csv")
            write_sheet(path, origin, folder, options.count)
            with open(path) as file:
                measure(server, origin, file.read(), options.count,
                        sorted(os.listdir(folder))[0])
        finally:
            server.stop()
            origin.stop()


if __name__ == "__main__":
    main()
