#!/usr/bin/python3
"""The whole of `pixmill run` over a folder of images, served by nginx.

usage: end_to_end.py PIXMILL IMAGES [--count 600] [--rounds 3]
       [--target quality:50] [--delay SECONDS] [--set SECTION.KEY=VALUE]...

Every URL is another one, so nothing is saved by deduplication; three of them
make a row. --delay holds each answer back.
"""

import argparse
import os
import shutil
import statistics
import tempfile

from measured_run import harness, measure

COLUMNS = (
    ("images_per_s", "images/s"),
    ("cpu_ms_per_image", "CPU ms/image"),
    ("peak_pss_mb", "peak PSS MB"),
    ("out_by_in", "bytes out/in"),
)
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def write_sheet(path, origin, folder, count, delay=0.0):
    """A sheet of `count` different URLs, three a row."""
    names = sorted(n for n in os.listdir(folder) if n.endswith(PICTURES))
    place = f"delay/{delay}" if delay else "u"
    urls = [
        f"{origin.base}/{place}/{k}/{names[k % len(names)]}"
        for k in range(count)
    ]
    rows = [
        [str(k // 3 + 1), f"Product {k // 3 + 1}", urls[k : k + 3]]
        for k in range(0, count, 3)
    ]
    with open(path, "w", newline="") as file:
        file.write(harness.sheet(rows))


def rounds(pixmill, folder, options, settings=()):
    """Yields one measurement after the other, each in a fresh folder."""
    origin = harness.NginxOrigin(folder)
    state = tempfile.mkdtemp(prefix="pixmill-bench-")
    sheet = os.path.join(state, "products.csv")
    try:
        write_sheet(sheet, origin, folder, options.count, options.delay)
        flags = [
            *harness.loopback(origin.port, *settings),
            "--target", options.target,
        ]
        while True:
            out = os.path.join(state, "out")
            yield measure(pixmill, sheet, out, flags)
            shutil.rmtree(out)
    finally:
        origin.stop()
        shutil.rmtree(state, ignore_errors=True)


def table(title, runs):
    """Prints median (lowest to highest) of each column."""
    print(f"{title}: {len(runs)} rounds of {runs[0]['images']} images, "
          f"{runs[0]['states']}")
    for key, name in COLUMNS:
        values = [run[key] for run in runs]
        print(f"  {name:<13} {statistics.median(values):>8g}"
              f"  ({min(values):g} to {max(values):g})")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("images")
    parser.add_argument("--count", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--target", default="quality:50")
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    options = parser.parse_args()
    source = rounds(
        options.pixmill, os.path.abspath(options.images), options,
        options.settings,
    )
    runs = [next(source) for _ in range(options.rounds)]
    source.close()
    table(f"pixmill, {options.target}", runs)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
