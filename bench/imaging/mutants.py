#!/usr/bin/env python3
"""Has damaged pictures compressed, and tells how each of them ended.

  bench/imaging/mutants.py PIXMILL FOLDER [--count 20000] [--most-bytes 60000]

Every file of FOLDER up to --most-bytes is damaged by zzuf at many rates and
seeds. One `pixmill run` works through them all, in the sandboxed processes that
a service uses, each once: each has to end as an image or with a code, no process
may die (`decoder_crash`), and the run itself has to end with an exit code of its
own.
"""

import argparse
import collections
import csv
import json
import os
import subprocess
import sys
import tempfile
import time

RATES = (0.00002, 0.0001, 0.0005, 0.002, 0.01)


def seeds_in(folder, most_bytes):
    found = []
    for top, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(top, name)
            if 32 < os.path.getsize(path) <= most_bytes:
                found.append(path)
    return found


def damage(seeds, count, folder):
    """Writes `count` mutants; every seventh ends early as well."""
    paths = []
    for number in range(count):
        source = seeds[number % len(seeds)]
        rate = RATES[number // len(seeds) % len(RATES)]
        with open(source, "rb") as file:
            made = subprocess.run(
                ["zzuf", "-s", str(number), "-r", str(rate)],
                stdin=file, capture_output=True, check=True,
            ).stdout
        if number % 7 == 0:
            made = made[: len(made) * (number % 97 + 1) // 98]
        path = os.path.join(folder, f"{number}{os.path.splitext(source)[1]}")
        with open(path, "wb") as file:
            file.write(made)
        paths.append(path)
    return paths


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("folder")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--most-bytes", type=int, default=60_000)
    options = parser.parse_args()
    seeds = seeds_in(options.folder, options.most_bytes)
    with tempfile.TemporaryDirectory() as folder:
        paths = damage(seeds, options.count, folder)
        sheet = os.path.join(folder, "mutants.csv")
        with open(sheet, "w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(["S. No.", "Product Name", "Input Image Urls"])
            rows.writerows([n, "x", path] for n, path in enumerate(paths))
        out = os.path.join(folder, "out")
        begin = time.monotonic()
        run = subprocess.run(
            ["/usr/bin/time", "-f", "%M", options.pixmill, "run", sheet,
             "--out", out, "--set", "fetch.max-attempts=1"],
            capture_output=True, text=True, check=False,
        )
        seconds = time.monotonic() - begin
        with open(os.path.join(out, "results.jsonl"), encoding="utf-8") as file:
            results = [json.loads(line) for line in file]
    ends = collections.Counter(
        result["error"]["code"] if result["error"] else result["status"]
        for result in results
    )
    print(f"{len(seeds)} seeds, {len(paths)} mutants, {seconds:.0f} s, exit "
          f"{run.returncode}")
    print(f"largest process {int(run.stderr.split()[-1]) // 1024} MB")
    for end, count in ends.most_common():
        print(f"{count:8} {end}")
    answered = sum(ends.values())
    deaths = ends["decoder_crash"]
    if answered != len(paths) or deaths or run.returncode not in (0, 4):
        sys.exit(f"{answered} answers, {deaths} deaths, exit {run.returncode}: {run.stderr}")


if __name__ == "__main__":
    main()
