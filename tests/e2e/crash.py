#!/usr/bin/python3
"""Kills a job again and again, and resumes it each time.

usage: crash.py [--images N] [--kills K] [--width PIXELS] [--seed S]

Runs `pixmill run` (environment PIXMILL) over N images twice: once undisturbed,
once killed with SIGKILL, its whole process group, at K moments that the seed
decides: most after so many more downloads, some while it starts. At the end
nothing may be lost, nothing doubled, results.csv must be byte for byte that of
the undisturbed run, and no more may have been fetched twice than was under way
at the kills.
"""

import argparse
import os
import random
import shutil
import signal
import sys
import tempfile
import time

import harness
import pictures

DISTINCT = 60
PER_ROW = 4
# Images that are worked on at once, and outcomes that one commit takes. What a
# kill may waste is under way: worked on, in a commit, or waiting for the next.
SLOTS = 16
COMMIT = 16
UNDER_WAY = SLOTS + 2 * COMMIT
# Each answer is held back this long, so that kills fall all over the job.
DELAY_MS = 25


def write_sheet(folder, base, images):
    rows = []
    for first in range(0, images, PER_ROW):
        last = min(first + PER_ROW, images)
        urls = [
            f"{base}/delay/{DELAY_MS}/{k % DISTINCT:03d}.jpg?n={k}"
            for k in range(first, last)
        ]
        rows.append([str(first), f"Product {first}", urls])
    path = os.path.join(folder, "products.csv")
    with open(path, "w", newline="") as file:
        file.write(harness.sheet(rows))
    return path


def command(path, out, port):
    return [
        "run", path, "--out", out, *harness.loopback(port),
        "--set", f"jobs.slots={SLOTS}",
        "--set", f"fetch.per-origin={SLOTS}",
        "--set", f"store.commit-outcomes={COMMIT}",
    ]


def run_to_the_end(arguments):
    result = harness.run(arguments, timeout=900)
    if result.code != harness.OK:
        sys.exit(f"the job did not succeed: {result}")
    return result.seconds


def kill_at(arguments, origin, moment):
    """Starts the job, and kills it when `moment` returns; says whether it was
    still running."""
    process = harness.start(arguments)
    asked = origin.count()
    while process.poll() is None and not moment(origin.count() - asked):
        time.sleep(0.004)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return running


def moments(options):
    """The moments of all kills: functions of what was asked for since start."""
    chance = random.Random(options.seed)
    share = options.images / (options.kills + 1)
    for k in range(options.kills):
        if k % 5 == 4:
            # While it starts: opening its journal, or just after.
            yield after_seconds(chance.uniform(0.0, 0.3))
        else:
            yield after_requests(int(share * chance.uniform(0.2, 1.4)) + 1)


def after_seconds(seconds):
    end = []

    def come(_):
        end or end.append(time.monotonic() + seconds)
        return time.monotonic() >= end[0]

    return come


def after_requests(count):
    return lambda asked: asked >= count


def slots_of(out):
    return [
        (row[0], link)
        for row in harness.read_csv(os.path.join(out, "results.csv"))[1:]
        for link in row[3].split(",")
    ]


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def check(found, wanted, message):
    print(f"{'ok  ' if found == wanted else 'FAIL'} {message}: {found}")
    return found == wanted


def compare(whole, killed, images, requests, allowed):
    """Compares the folders of both runs; says whether all is well."""
    slots = slots_of(killed)
    stored = {
        name for _, _, names in os.walk(os.path.join(killed, "images"))
        for name in names if not name.startswith(".")
    }
    linked = {link.rsplit("/", 1)[1] for _, link in slots if link}
    asked = [count for path, count in requests.items() if "?n=" in path]
    again = sum(asked) - len(asked)
    fine = [
        check(len(slots), images, "slots answered"),
        check(sum(not link for _, link in slots), 0, "slots lost"),
        check(len(linked - stored), 0, "files missing"),
        check(len(stored - linked), 0, "files that no slot names"),
        check(len(asked), images, "URLs fetched"),
        check(
            read_bytes(killed + "/results.csv")
            == read_bytes(whole + "/results.csv"),
            True,
            "results.csv as in the undisturbed run",
        ),
        check(
            again <= allowed, True,
            f"{again} fetched again, at most {allowed} were under way",
        ),
    ]
    return all(fine)


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--width", type=int, default=240)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    options = parser.parse_args()
    print(f"seed {options.seed}: {options.images} images of {options.width} "
          f"pixels, {options.kills} kills")
    return options


def main():
    options = read_options()
    folder = tempfile.mkdtemp(prefix="pixmill-crash-")
    photos = os.path.join(folder, "photos")
    os.mkdir(photos)
    pictures.make_many(
        photos, DISTINCT, options.width, options.width * 2 // 3
    )
    origins = []
    try:
        fine = crash(options, folder, photos, origins)
    finally:
        for origin in origins:
            origin.stop()
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if fine else 1)


def crash(options, folder, photos, origins):
    origins.append(harness.FaultyOrigin(photos))
    origin = origins[0]
    path = write_sheet(folder, origin.base, options.images)
    whole = os.path.join(folder, "a", "out")
    killed = os.path.join(folder, "b", "out")
    seconds = run_to_the_end(command(path, whole, origin.port))
    before = origin.requests()

    arguments = command(path, killed, origin.port)
    alive = sum(
        kill_at(arguments, origin, moment) for moment in moments(options)
    )
    print(f"undisturbed {seconds:.1f} s; killed while running {alive} times")
    run_to_the_end(arguments)
    requests = {
        path: count - before.get(path, 0)
        for path, count in origin.requests().items()
    }
    return compare(
        whole, killed, options.images, requests, UNDER_WAY * alive
    ) and check(alive, options.kills, "kills that hit")


if __name__ == "__main__":
    main()
