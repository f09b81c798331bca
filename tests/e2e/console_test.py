"""The console in headless Chromium, as a person uses it.

playwright-core drives Debian's Chromium and axe-core looks for what keeps people
out; npm installs both into the build folder, in pinned versions. The steps are in
console_steps.mjs; each test here gives them a server to work on.
"""

import json
import os
import subprocess
import sys
import threading
import time
import unittest

import contract_proxy
import harness
from cluster import Head, Worker
from harness import Case, poll, sheet
from receiver import Receiver
from service_test import Server

CHROMIUM = "/usr/bin/chromium"
PACKAGES = ("playwright-core@1.65.1", "axe-core@4.14.1")
FOLDER = os.path.join(os.environ.get("PIXMILL_NPM", "/tmp/pixmill-npm"),
                      "console")
STEPS = os.path.join(harness.HERE, "console_steps.mjs")
NAUGHTY = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'


def install():
    """The folder of the packages; installs them when that has not been done."""
    stamp = os.path.join(FOLDER, "installed")
    wanted = " ".join(PACKAGES)
    if os.path.exists(stamp) and open(stamp).read() == wanted:
        return
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(
        ["npm", "install", "--prefix", FOLDER, "--ignore-scripts",
         "--no-audit", "--no-fund", "--loglevel=error", *PACKAGES],
        check=True, stdout=sys.stderr,
    )
    with open(stamp, "w") as file:
        file.write(wanted)


def cpu_seconds(pid):
    """What a process has had of the processor."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class ConsoleTest(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        install()

    def setUp(self):
        super().setUp()
        self.origin = self.faulty()

    def serve(self, *settings):
        server = Server(self.folder, self.origin, *settings)
        self.addCleanup(server.stop)
        return server

    def walk(self, steps, server, **given):
        """Goes through one function of console_steps.mjs."""
        done = subprocess.run(
            ["node", STEPS, steps, server.url],
            env={**os.environ, "PIXMILL_STEPS": json.dumps(
                {"modules": os.path.join(FOLDER, "node_modules"),
                 "chromium": CHROMIUM, "folder": self.folder, **given})},
            capture_output=True, text=True, timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        seen = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual(seen["serious"], [], json.dumps(seen, indent=1))
        return seen

    def url(self, path):
        return self.origin.base + path

    def settled(self, server, text, **query):
        """A job that has come to its end."""
        job = server.submit(text, **query).json["id"]
        return server.finished(job)

    def test_submits_watches_and_retries(self):
        server = self.serve()
        # A line break in a cell: lines are those of the file.
        bad = sheet([("1", "Big\ncup", "ftp://a.example/x.jpg"),
                     ("2", "Pot", "")])
        # Gone once: the retry finds it.
        good = sheet(
            [("1", NAUGHTY, [self.url("/ok/photo1.jpg"),
                             self.url("/after/1/404/k1/photo2.jpg")])]
            + [(str(k), f"Bowl {k}", [self.url(f"/hold/k/photo3.jpg?{k}")])
               for k in range(2, 14)]
        )
        seen = self.walk("submit", server, bad=bad, good=good, name=NAUGHTY,
                         release=self.url("/_release/k"))
        job = server.get("/v1/jobs/" + seen["job"]).json
        self.assertEqual(job["state"], "completed", job)
        self.assertEqual(job["attempt"], 2)
        self.assertEqual(job["progress"]["done"], 14)
        self.assertGreater(seen["steps"], 1, "progress came in steps")

    def test_looks_inside_and_kills(self):
        server = self.serve()
        job = server.submit(sheet(
            [(str(k), f"Bowl {k}", [self.url(f"/pace/900/k/photo3.jpg?{k}-{n}")
                                    for n in range(3)]) for k in range(150)]
        )).json["id"]
        self.walk("inside", server, job=job)
        self.origin.release()
        done = server.finished(job)
        self.assertEqual(done["state"], "completed", done)
        self.assertEqual(done["progress"]["done"], 450)

    def test_drains_a_node(self):
        self.walk("drain", self.serve())

    def test_steers_a_job_and_sends_webhooks_again(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        server = self.serve('webhook.allow-cidrs=["127.0.0.0/8"]',
                            f"webhook.allow-ports=[{receiver.port}]")
        done = self.settled(server, sheet(
            [("1", "Cup", [self.url("/ok/photo1.jpg")]),
             ("2", "Pot", [self.url("/status/404")])]), name="done",
            webhook=json.dumps({"url": receiver.url(), "payload": "thin"}))
        poll(lambda: receiver.deliveries())
        running = server.submit(sheet(
            [(str(k), "Bowl", [self.url(f"/delay/900/photo3.jpg?{k}")])
             for k in range(400)]), name="running").json["id"]
        self.walk("deeds", server, running=running, done=done["id"])
        sent = receiver.deliveries()
        self.assertEqual(len(sent), 3)
        self.assertEqual(len({one.id for one in sent}), 1)
        self.assertEqual(server.get(f"/v1/jobs/{done['id']}").status, 410)
        what = {x["what"] for x in server.get("/v1/audit").json["entries"]}
        self.assertLessEqual({"job.pause", "job.resume", "job.cancel",
                              "job.delete"}, what)

    def test_shows_what_runs_on_a_worker(self):
        head = Head(self.folder, harness.loopback(self.origin.port))
        self.addCleanup(head.kill)
        worker = Worker(self.folder, head.where, "b", head.settings)
        self.addCleanup(worker.kill)
        head.joined("b")
        job = head.submit(sheet(
            [(str(k), "Bowl", [self.url(f"/delay/900/photo3.jpg?{k}")])
             for k in range(900)]))
        self.walk("node", head, name="b")
        head.ask("POST", f"/v1/jobs/{job}/cancel", b"")

    def test_asks_for_a_token(self):
        server = self.serve()
        secret = server.ask(
            "POST", "/v1/tokens", b'{"scopes": ["submit", "read", "admin"]}',
            Content_Type="application/json").json["token"]
        read = server.ask(
            "POST", "/v1/tokens", b'{"scopes": ["read"]}',
            Content_Type="application/json",
            Authorization="Bearer " + secret).json["token"]
        self.walk("login", server, secret=secret, read=read)

    def test_is_for_everybody(self):
        server = self.serve()
        job = self.settled(server, sheet(
            [(str(k), NAUGHTY, [self.url(f"/ok/photo{k}.jpg"),
                                self.url("/status/404")]) for k in range(3)]
        ), name=NAUGHTY)
        found = self.walk("everybody", server, job=job["id"])
        self.assertGreater(found["looked"], 35)

    def test_is_led_by_the_keyboard(self):
        server = self.serve()
        self.settled(server, sheet([("1", "Cup", [self.url("/ok/photo1.jpg")])]),
                     name="only")
        self.walk("keyboard", server)

    def test_costs_next_to_nothing(self):
        server = self.serve()
        self.settled(server, sheet([("1", "Cup", [self.url("/ok/photo1.jpg")])]))
        pid = server.process.pid
        marks = {}

        def note():
            # The steps say when by a file; 10 s lie between the two.
            for name in ("begin", "end"):
                path = os.path.join(self.folder, name)
                poll(lambda at=path: os.path.exists(at), 60)
                marks[name] = sum(map(cpu_seconds, harness.tree(pid)))
                marks[name + " at"] = time.monotonic()

        watcher = threading.Thread(target=note)
        watcher.start()
        seen = self.walk("rest", server)
        watcher.join()
        share = ((marks["end"] - marks["begin"])
                 / (marks["end at"] - marks["begin at"]))
        print(f"an open console costs {share:.2%} of a core", file=sys.stderr)
        self.assertLess(share, 0.01)
        self.assertGreaterEqual(seen["asked"], 3)

    def test_rests_while_it_is_hidden(self):
        server = self.serve()
        job = server.submit(sheet(
            [(str(k), "Cup", [self.url(f"/delay/900/photo3.jpg?{k}")])
             for k in range(900)])).json["id"]
        self.walk("hidden", server, job=job)


if __name__ == "__main__":
    if not contract_proxy.node_is_there() or not os.path.exists(CHROMIUM):
        print("skipped: needs node 18, npm and chromium")
        sys.exit(77)
    unittest.main(verbosity=2, warnings="ignore")
