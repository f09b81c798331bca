#!/usr/bin/python3
"""Kills the service again and again, under clients that do not give up.

usage: service_crash.py [--images N] [--kills K] [--width PIXELS] [--seed S]

`pixmill serve` (environment PIXMILL) works on one job of N images and is killed
with SIGKILL, its whole process group, at K moments that the seed decides, while
one client submits the same sheet with the same Idempotency-Key over and over,
one polls and one downloads. There must be exactly one job; no counter that was
shown may go back; at the end every slot is answered once, by a file with the
right content, and no more was fetched twice than was under way at the kills;
and its webhook has been told, whatever came before the receiver answered.
"""

import collections
import contextlib
import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse

import crash
import harness
import pictures
from crash import check
from receiver import Receiver
from service_test import Server

KEY = "one-job"
SETTLED = ("done", "kept_original", "failed", "skipped", "canceled")
# Slots that the clients' server works on at once, and what commits may hold.
UNDER_WAY = 16 + 2 * 16


class Service(Server):
    """A server that is started again on the same port after each kill."""

    def __init__(self, folder, origin, receiver):
        self.port = harness.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.command = [
            harness.PIXMILL, "serve", "--port", str(self.port),
            "--set", f'store.journal="{folder}/journal"',
            "--set", f'store.images="{folder}/images"',
            "--set", "jobs.slots=16", "--set", "store.commit-outcomes=16",
            "--set", f"webhook.allow-ports=[{receiver.port}]",
            *harness.loopback(origin.port, "fetch.per-origin=16"),
        ]
        self.process = None

    def start(self):
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen(
                self.command, stdout=subprocess.DEVNULL, stderr=log,
                start_new_session=True,
            )

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ready(self):
        try:
            return self.get("/readyz").status == 200
        except (OSError, ValueError):
            return False


class Clients:
    """What a shop's back office does, whatever becomes of the server."""

    def __init__(self, service, text, hook):
        self.service = service
        self.text = text.encode()
        self.query = urllib.parse.urlencode(
            {"target": "quality:50", "webhook": json.dumps({"url": hook})}
        )
        self.over = threading.Event()
        self.ids = collections.Counter()
        self.refused = collections.Counter()
        self.wrong = []
        self.last = None
        self.polls = 0
        self.downloads = 0
        self.threads = [
            threading.Thread(target=self.repeat, args=(what, pause))
            for what, pause in ((self.submit, 0.2), (self.poll, 0.02),
                                (self.download, 0.3))
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def repeat(self, what, pause):
        while not self.over.wait(pause):
            try:
                what()
            except AssertionError as why:
                self.wrong.append(str(why)[:500])
            except (OSError, ValueError, EOFError,
                    urllib.error.URLError) as why:
                self.refused[type(why).__name__] += 1
            except Exception as why:  # http.client's: cut off half-way.
                self.refused[type(why).__name__] += 1

    def submit(self):
        answer = self.service.ask(
            "POST", f"/v1/jobs?{self.query}", self.text,
            Content_Type="text/csv", Idempotency_Key=KEY,
        )
        if answer.status == 202:
            self.ids[answer.json["id"]] += 1
        else:
            # The repetition may meet the first, or a store that opens.
            assert answer.status in (409, 503), answer.body
            self.refused[answer.status] += 1

    def job(self):
        return next(iter(self.ids), None)

    def poll(self):
        if not self.job():
            return
        answer = self.service.get(f"/v1/jobs/{self.job()}")
        assert answer.status == 200, answer.body
        progress = answer.json["progress"]
        sums = sum(n for k, n in progress.items() if k != "total")
        assert sums == progress["total"], progress
        if self.last:
            for word in SETTLED:
                assert self.last[word] <= progress[word], (self.last, progress)
        self.last = progress
        self.polls += 1

    def download(self):
        if not self.job():
            return
        answer = self.service.get(
            f"/v1/jobs/{self.job()}/results.csv?partial=true"
        )
        assert answer.status == 200, answer.body
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        links = [link for row in rows[1:] for link in row[3].split(",")]
        done = [link for link in links if link]
        for link in random.sample(done, min(len(done), 3)):
            file = self.service.get(link.removeprefix(self.service.url))
            assert file.status == 200, (link, file.status)
            assert hashlib.sha256(file.body).hexdigest() in link, link
        self.downloads += 1


def kill_at(service, origin, moment):
    """Starts the server, and kills it when `moment` returns; says whether the
    job was still running."""
    service.start()
    asked = origin.count()
    while not moment(origin.count() - asked):
        if service.process.poll() is not None:
            sys.exit("FAIL the server ended by itself")
        time.sleep(0.004)
    service.kill()


def results_of(service, job):
    rows = list(csv.reader(io.StringIO(
        service.get(f"/v1/jobs/{job}/results.csv").body.decode())))
    lines = [
        json.loads(line) for line in
        service.get(f"/v1/jobs/{job}/results.jsonl").body.splitlines()
    ]
    return rows[1:], lines


def examine(options, service, clients, requests, kills):
    """Says whether all is well after the job has ended."""
    job = clients.job()
    status = service.get(f"/v1/jobs/{job}").json
    rows, lines = results_of(service, job)
    links = [link for row in rows for link in row[3].split(",")]
    slots = collections.Counter((one["row"], one["slot"]) for one in lines)
    contents = {}
    for link in set(filter(None, links)):
        body = service.get(link.removeprefix(service.url)).body
        contents[link] = hashlib.sha256(body).hexdigest() in link
    asked = [count for path, count in requests.items() if "?n=" in path]
    again = sum(asked) - len(asked)
    allowed = UNDER_WAY * kills
    listed = service.get("/v1/jobs").json["jobs"]
    print(f"clients: {clients.ids.total()} submissions answered, "
          f"{clients.polls} polls, {clients.downloads} downloads; "
          f"not answered: {dict(clients.refused)}")
    fine = [
        check(len(listed), 1, "jobs"),
        check(len(clients.ids), 1, "ids that submissions were told"),
        check(status["state"], "completed", "state"),
        check(status["progress"]["done"], options.images, "slots done"),
        check(len(links), options.images, "slots in results.csv"),
        check(sum(not link for link in links), 0, "slots lost"),
        check([row[0] for row in rows] == [
            str(k) for k in range(0, options.images, crash.PER_ROW)
        ], True, "rows in order"),
        check(len(slots), options.images, "slots in results.jsonl"),
        check(max(slots.values(), default=0), 1, "answers of a slot"),
        check(all(contents.values()), True, "files with the right content"),
        check(len(asked), options.images, "URLs fetched"),
        check(again <= allowed, True,
              f"{again} fetched again, at most {allowed} were under way"),
        check(clients.wrong, [], "what clients found wrong"),
    ]
    return all(fine)


def told(receiver, job):
    """Waits for the webhook, and says whether it was told of one end."""
    events = {
        (one.id, one.json["type"], one.json["data"]["id"])
        for one in harness.poll(receiver.deliveries, 30)
    }
    return check([event[1:] for event in events], [("job.completed", job)],
                 "events of the webhook")


def run(options, folder, origin, receiver):
    with open(crash.write_sheet(folder, origin.base, options.images)) as file:
        text = file.read()
    service = Service(folder, origin, receiver)
    kills = 0
    try:
        with Clients(service, text, receiver.url()) as clients:
            for moment in crash.moments(options):
                kill_at(service, origin, moment)
                kills += 1
            service.start()
            harness.poll(service.ready)
            harness.poll(clients.job)
            unfinished = service.get(f"/v1/jobs/{clients.job()}").json
            service.finished(clients.job(), 120)
        return all([
            check(unfinished["finished_at"], None, "ended before the last kill"),
            examine(options, service, clients, origin.requests(), kills),
            told(receiver, clients.job()),
        ])
    finally:
        if service.process and service.process.poll() is None:
            service.kill()


def main():
    options = crash.read_options()
    folder = tempfile.mkdtemp(prefix="pixmill-service-crash-")
    photos = os.path.join(folder, "photos")
    os.mkdir(photos)
    pictures.make_many(
        photos, crash.DISTINCT, options.width, options.width * 2 // 3
    )
    with contextlib.ExitStack() as stack:
        origin = harness.FaultyOrigin(photos)
        stack.callback(origin.stop)
        receiver = Receiver()
        stack.callback(receiver.stop)
        fine = run(options, folder, origin, receiver)
    shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
