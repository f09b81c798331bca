#!/usr/bin/python3
"""How much goes through `pixmill serve`, against `pixmill run`.

usage: throughput.py PIXMILL [--images 1000] [--rounds 3]

Prints medians of the rounds: submissions a second (eight clients, jobs of one
image that the address guard refuses), statuses a second (wrk, 16 connections),
the time of a submission of 100,000 rows, and images a second through HTTP
against `pixmill run` over the same sheet, with what a status took meanwhile.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests/e2e"), os.path.dirname(
    os.path.abspath(__file__))]

import harness  # noqa: E402
import pictures  # noqa: E402
from latency import run_to_end, timed  # noqa: E402
from service_test import Server  # noqa: E402
from soak import Client  # noqa: E402

BLOCKED = harness.sheet([["1", "Mug", "http://10.0.0.1/a.jpg"]]).encode()
SECONDS = 4
CLIENTS = 8


def submissions(server):
    """Accepted a second."""
    counts = []
    end = time.monotonic() + SECONDS

    def submit():
        client = Client(server.url)
        count = 0
        while time.monotonic() < end:
            status, body = client.ask(
                "POST", "/v1/jobs", BLOCKED, **{"Content-Type": "text/csv"})
            assert status == 202, body
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=submit) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def statuses(server):
    """Answered a second."""
    job = server.submit(BLOCKED).json["id"]
    server.finished(job)
    output = subprocess.run(
        ["wrk", "-t1", "-c16", f"-d{SECONDS}s", f"{server.url}/v1/jobs/{job}"],
        capture_output=True, text=True, check=True,
    ).stdout
    return float(output.split("Requests/sec:")[1].split()[0])


def large_sheet(server):
    """Seconds until a sheet of 100,000 rows is accepted; then it is canceled."""
    text = harness.sheet(
        [[str(k), f"Product {k}", f"https://img.shop.example/{k}.jpg"]
         for k in range(100_000)]
    ).encode()
    answer, ms = timed(lambda: server.submit(text))
    assert answer.status == 202, answer.body
    job = answer.json["id"]
    server.ask("POST", f"/v1/jobs/{job}/cancel", b"")
    server.finished(job)
    return ms / 1000


def sheet_of(origin, images, mark):
    names = [f"{k:03d}.jpg" for k in range(60)]
    urls = [f"{origin.base}/u/{mark}{k}/{names[k % 60]}" for k in range(images)]
    return harness.sheet([[str(k), "Mug", urls[k : k + 4]]
                          for k in range(0, images, 4)])


def through_http(server, origin, images, mark):
    """Images a second, and the p99 of a status meanwhile, ms."""
    text = sheet_of(origin, images, f"h{mark}-")
    begun = time.monotonic()
    job = server.submit(text, target="quality:50").json["id"]
    took = sorted(run_to_end(server, job, 0.005))
    return images / (time.monotonic() - begun), took[len(took) * 99 // 100]


def by_run(state, origin, images, mark):
    path = os.path.join(state, f"run{mark}.csv")
    with open(path, "w") as file:
        file.write(sheet_of(origin, images, f"r{mark}-"))
    result = harness.run(
        ["run", path, "--out", os.path.join(state, f"out{mark}"),
         "--target", "quality:50",
         *harness.loopback(origin.port, "fetch.per-origin=32")], timeout=600)
    assert result.code == harness.OK, result
    return images / result.seconds


def measure(state, origin, options):
    server = Server(state, origin, "fetch.per-origin=32", 'log.level="off"')
    found = {}
    try:
        for k in range(options.rounds):
            rate, p99 = through_http(server, origin, options.images, k)
            for name, value in (
                ("http", rate), ("p99", p99),
                ("run", by_run(state, origin, options.images, k)),
                ("submissions", submissions(server)),
                ("statuses", statuses(server)),
                ("large", large_sheet(server)),
            ):
                found.setdefault(name, []).append(value)
    finally:
        server.stop()
    return {name: statistics.median(all_) for name, all_ in found.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pixmill")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    harness.PIXMILL = os.path.abspath(options.pixmill)
    state = tempfile.mkdtemp(prefix="pixmill-throughput-")
    photos = os.path.join(state, "photos")
    os.mkdir(photos)
    pictures.make_many(photos, 60, 1200, 900)
    origin = harness.NginxOrigin(photos)
    try:
        found = measure(state, origin, options)
    finally:
        origin.stop()
        shutil.rmtree(state, ignore_errors=True)
    print(f"submissions {found['submissions']:,.0f}/s, statuses "
          f"{found['statuses']:,.0f}/s, 100,000 rows accepted in "
          f"{found['large']:.2f} s\n{options.images} images: "
          f"{found['http']:.0f}/s through HTTP, {found['run']:.0f}/s by run "
          f"({found['http'] / found['run']:.2f} x); status p99 meanwhile "
          f"{found['p99']:.1f} ms")


if __name__ == "__main__":
    main()
