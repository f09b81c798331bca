#!/usr/bin/python3
"""SIGKILL of everything at half of a job, then the same command again.

usage: kill_half_way.py PIXMILL IMAGES [--count 600]

Prints how long the rest took and how many images were fetched twice.
"""

import argparse
import os
import shutil
import signal
import tempfile
import time

from end_to_end import write_sheet
from measured_run import harness


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("images")
    parser.add_argument("--count", type=int, default=600)
    options = parser.parse_args()
    harness.PIXMILL = options.pixmill
    folder = os.path.abspath(options.images)
    origin = harness.NginxOrigin(folder)
    state = tempfile.mkdtemp(prefix="pixmill-bench-")
    try:
        sheet = os.path.join(state, "products.csv")
        write_sheet(sheet, origin, folder, options.count)
        arguments = [
            "run", sheet, "--out", os.path.join(state, "out"),
            "--target", "quality:50", *harness.loopback(origin.port),
        ]
        process = harness.start(arguments)
        harness.poll(lambda: len(origin.requests()) >= options.count // 2)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        left = options.count - len(origin.requests())
        begin = time.monotonic()
        result = harness.run(arguments)
        seconds = time.monotonic() - begin
        twice = sum(n - 1 for n in origin.requests().values())
        print(f"exit {result.code} after {seconds:.1f} s, "
              f"{left} images not fetched before; {twice} fetched twice")
    finally:
        origin.stop()
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
