#!/usr/bin/python3
"""Many small jobs from many clients at once, and a checker that believes nothing.

usage: soak.py [--jobs 1000] [--clients 20] [--seed S]

Each client submits jobs of a few images, some of which fail, to `pixmill serve`
(environment PIXMILL), polls their status until they end and reads their
results. Of every status it holds: counts sum up, never go back, and an ended
job stays as it is. One more client does the same over the list of jobs. Every
slot must be answered in its place: a failed one empty, each other one by a file
whose content has the hash that its URL states.
"""

import argparse
import csv
import hashlib
import http.client
import io
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/e2e"))

import harness  # noqa: E402
import pictures  # noqa: E402
from service_test import Server  # noqa: E402

RANK = {"queued": 0, "running": 1, "completed": 2, "completed_with_errors": 2}
SETTLED = ("done", "kept_original", "failed", "skipped", "canceled")


class Client:
    """One kept connection."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(url).netloc, timeout=60
        )

    def ask(self, method, path, body=None, **fields):
        self.connection.request(method, path, body, fields)
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def json(self, path):
        status, body = self.ask("GET", path)
        assert status == 200, (path, status, body)
        return json.loads(body)


class Watcher:
    """What was seen of each job, and that nothing goes back."""

    def __init__(self):
        self.lock = threading.Lock()
        self.last = {}
        self.seen = 0

    def see(self, who, status):
        """`who`: the observer; two may see news in another order."""
        key = (who, status["id"])
        progress = status["progress"]
        total = sum(n for k, n in progress.items() if k != "total")
        assert total == progress["total"], status
        assert sum(status["failures"].values()) == progress["failed"], status
        with self.lock:
            self.seen += 1
            before = self.last.get(key)
            self.last[key] = status
        if before is None:
            return
        assert RANK[before["state"]] <= RANK[status["state"]], (before, status)
        for word in SETTLED:
            assert before["progress"][word] <= progress[word], (before, status)
        for word in ("in", "out"):
            assert before["bytes"][word] <= status["bytes"][word], status
        if RANK[before["state"]] == 2:
            assert before == status, (before, status)


def sheet_of(chance, base, number):
    """The rows of one job; slots whose URL says 404 must come back empty."""
    rows = []
    for row in range(chance.randint(1, 3)):
        urls = [
            f"{base}/status/404?j={number}.{row}.{slot}"
            if chance.random() < 0.1
            else f"{base}/ok/photo{chance.randrange(8)}.jpg?j={number}.{row}"
                 f".{chance.randrange(3)}"
            for slot in range(chance.randint(1, 3))
        ]
        rows.append([str(row), f"Product {number}", urls])
    return rows


def check_results(client, url, job, rows):
    status, body = client.ask("GET", f"/v1/jobs/{job}/results.csv")
    assert status == 200, body
    found = list(csv.reader(io.StringIO(body.decode())))[1:]
    assert [row[0] for row in found] == [row[0] for row in rows], body
    for row, wanted in zip(found, rows):
        outputs = row[3].split(",")
        assert row[2].split(",") == wanted[2], row
        assert len(outputs) == len(wanted[2]), row
        for output, source in zip(outputs, wanted[2]):
            assert bool(output) == ("/status/404" not in source), row
            if output:
                status, file = client.ask("GET", output.removeprefix(url))
                assert status == 200, output
                hashed = hashlib.sha256(file).hexdigest()
                assert output.split("/")[-2] == hashed, output


def one_job(client, url, watcher, chance, base, number):
    rows = sheet_of(chance, base, number)
    slots = sum(len(row[2]) for row in rows)
    status, body = client.ask(
        "POST", f"/v1/jobs?name=soak{number}&target=quality:50",
        harness.sheet(rows).encode(),
        **{"Content-Type": "text/csv", "Idempotency-Key": f"soak {number}"},
    )
    assert status == 202, body
    job = json.loads(body)["id"]
    while True:
        found = client.json(f"/v1/jobs/{job}")
        watcher.see("client", found)
        if RANK[found["state"]] == 2:
            break
        time.sleep(chance.uniform(0.001, 0.02))
    failed = sum("/status/404" in one for row in rows for one in row[2])
    assert found["progress"]["total"] == slots, found
    assert found["progress"]["failed"] == failed, found
    assert found["state"] == (
        "completed_with_errors" if failed else "completed"
    ), found
    check_results(client, url, job, rows)
    watcher.see("client", client.json(f"/v1/jobs/{job}"))


class Soak:
    def __init__(self, url, base, jobs, clients, seed):
        self.url = url
        self.base = base
        self.jobs = iter(range(jobs))
        self.lock = threading.Lock()
        self.watcher = Watcher()
        self.wrong = []
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self.work, args=(f"{seed}.{k}",))
            for k in range(clients)
        ]

    def work(self, seed):
        chance = random.Random(seed)
        client = Client(self.url)
        try:
            while not self.wrong:
                with self.lock:
                    number = next(self.jobs, None)
                if number is None:
                    return
                one_job(client, self.url, self.watcher, chance, self.base,
                        number)
        except Exception as why:  # Told at the end, by the main thread.
            self.wrong.append(why)

    def list(self):
        client = Client(self.url)
        try:
            while not self.over.wait(0.2):
                path = "/v1/jobs?limit=1000"
                while path:
                    page = client.json(path)
                    for status in page["jobs"]:
                        self.watcher.see("list", status)
                    path = page["next_cursor"] and (
                        f"/v1/jobs?limit=1000&cursor={page['next_cursor']}")
        except Exception as why:
            self.wrong.append(why)

    def run(self):
        lister = threading.Thread(target=self.list)
        lister.start()
        for thread in self.threads:
            thread.start()
        for thread in self.threads:
            thread.join()
        self.over.set()
        lister.join()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 10**9)
    options = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="pixmill-soak-")
    origin = harness.FaultyOrigin(pictures.shared_set())
    server = Server(folder, origin, "fetch.per-origin=32", "log.level=\"off\"")
    try:
        begin = time.monotonic()
        soak = Soak(server.url, origin.base, options.jobs, options.clients,
                    options.seed)
        soak.run()
        seconds = time.monotonic() - begin
        alive = server.process.poll() is None
    finally:
        server.stop()
        origin.stop()
        shutil.rmtree(folder, ignore_errors=True)
    for why in soak.wrong:
        print(f"FAIL seed {options.seed}: {type(why).__name__}: {why}")
    ended = {job for who, job in soak.watcher.last if who == "client"
             and RANK[soak.watcher.last[who, job]["state"]] == 2}
    print(f"{len(ended)} of {options.jobs} jobs ended in {seconds:.1f} s "
          f"({len(ended) / seconds:.0f} a second); {soak.watcher.seen} "
          f"statuses seen, {len(soak.wrong)} wrong; seed {options.seed}")
    sys.exit(0 if not soak.wrong and alive and len(ended) == options.jobs
             else 1)


if __name__ == "__main__":
    main()
