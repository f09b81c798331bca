#!/usr/bin/python3
"""Two workers, each on a core of its own, against one: real images through the
whole of a cluster on one machine.

usage: two_workers.py PIXMILL IMAGES [--count 400] [--rounds 3]
                      [--target bytes:50%] [--format keep] [--hand-in]
                      [--set SECTION.KEY=VALUE]...

One worker has core 0, the second core 1; head and origin take what they need
of both. Rounds of one and of two take turns; medians are printed.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
sys.path.insert(0, os.path.join(ROOT, "bench"))

from coordination import cpu_seconds, seconds_between  # noqa: E402


def measure(options, origin, count):
    import cluster
    from end_to_end import write_sheet
    from harness import loopback

    settings = loopback(origin.port, "fetch.per-origin=64",
                        "imaging.processes=1",
                        f"cluster.direct={str(not options.hand_in).lower()}",
                        *options.settings)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        head = cluster.Head(folder, settings)
        workers = [
            cluster.Worker(folder, head.where, f"w{core}", settings,
                           ["--slots", "8"], ["taskset", "-c", str(core)])
            for core in range(count)
        ]
        try:
            head.joined(*(worker.name for worker in workers))
            sheet = os.path.join(folder, "sheet.csv")
            write_sheet(sheet, origin, options.images, options.count)
            before = cpu_seconds(head.process.pid)
            with open(sheet) as file:
                job = head.submit(file.read(), urllib.parse.urlencode(
                    {"target": options.target, "format": options.format}))
            # Each question costs as much as some images do.
            while not (status := head.status(job))["finished_at"]:
                time.sleep(0.5)
            assert status["state"] == "completed", status
            return (options.count / seconds_between(status),
                    (cpu_seconds(head.process.pid) - before)
                    / options.count * 1e6)
        finally:
            for worker in workers:
                worker.kill()
            head.kill()


def main(options):
    from harness import NginxOrigin

    origin = NginxOrigin(options.images)
    try:
        runs = {1: [], 2: []}
        for _ in range(options.rounds):
            for count, all_of_it in runs.items():
                all_of_it.append(measure(options, origin, count))
    finally:
        origin.stop()
    one, two = (statistics.median(rate for rate, _ in runs[k]) for k in (1, 2))
    print(json.dumps({
        "images": options.count,
        "one_images_per_s": round(one, 1),
        "two_images_per_s": round(two, 1),
        "ratio": round(two / one, 3),
        "all": {k: [round(rate, 1) for rate, _ in runs[k]] for k in runs},
        "head_us_per_image": round(statistics.median(
            cost for _, cost in runs[2])),
    }))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pixmill")
    parser.add_argument("images")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--target", default="bytes:50%")
    parser.add_argument("--format", default="keep")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    parser.add_argument("--hand-in", action="store_true",
                        help="results go through the head")
    given = parser.parse_args()
    given.images = os.path.abspath(given.images)
    os.environ["PIXMILL"] = os.path.abspath(given.pixmill)
    main(given)
