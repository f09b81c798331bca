#!/usr/bin/python3
"""How soon the work of a killed worker is with another one.

usage: loss.py PIXMILL [--rounds 5]

Two workers wait for eight images each, which their origin holds back; one is
killed (SIGKILL), and the other, which has room, asks for its eight. Prints ms
from the kill to the first and to the last of them, medians and the longest.
"""

import argparse
import json
import os
import signal
import statistics
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

HELD = 8


def measure(origin, mark):
    import cluster
    from harness import loopback, poll, sheet

    settings = loopback(origin.port, "fetch.per-origin=64")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        head = cluster.Head(folder, settings)
        workers = [cluster.Worker(folder, head.where, "a", settings,
                                  ["--slots", str(HELD)])]
        try:
            head.joined("a")
            before = origin.count()
            head.submit(sheet(
                [[str(k), "Mug", f"{origin.base}/hold/{mark}/photo1.jpg?n={k}"]
                 for k in range(2 * HELD)]))
            poll(lambda: origin.count() == before + HELD)
            workers.append(cluster.Worker(folder, head.where, "b", settings,
                                          ["--slots", str(2 * HELD)]))
            poll(lambda: origin.count() == before + 2 * HELD)
            workers[0].signal(signal.SIGKILL)
            since = time.monotonic()
            times = []
            for count in (1, HELD):
                poll(lambda: origin.count() >= before + 2 * HELD + count,
                     pause=0.002)
                times.append((time.monotonic() - since) * 1e3)
            origin.release(mark)
            return times
        finally:
            for worker in workers:
                worker.kill()
            head.kill()


def main(options):
    import pictures
    from harness import FaultyOrigin

    origin = FaultyOrigin(pictures.shared_set())
    try:
        runs = [measure(origin, f"k{n}") for n in range(options.rounds)]
    finally:
        origin.stop()
    print(json.dumps({
        name: {"median": round(statistics.median(times)),
               "longest": round(max(times))}
        for name, times in zip(("first_ms", "all_ms"), zip(*runs))
    }))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pixmill")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    os.environ["PIXMILL"] = os.path.abspath(given.pixmill)
    main(given)
