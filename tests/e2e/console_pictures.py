#!/usr/bin/python3
"""Pictures of every screen of the console, dark, light and on a phone, on a head
with two workers that are busy.

usage: PIXMILL=build/dev/pixmill console_pictures.py FOLDER
"""

import json
import os
import random
import sys
import unittest
import urllib.parse

import console_test
import harness
from cluster import Head, Worker
from harness import poll, sheet
from receiver import Receiver

NAMES = ("Linen cushion", "Oak stool", "Ceramic mug", "Wool throw",
         "Brass lamp", "Walnut tray", "Cotton towel", "Glass carafe")


class Pictures(console_test.ConsoleTest):
    target = ""

    def runTest(self):
        receiver = Receiver(lambda one: 500 if "down" in one.path else 204)
        self.addCleanup(receiver.stop)
        flags = ["--set", 'webhook.allow-cidrs=["127.0.0.0/8"]',
                 "--set", f"webhook.allow-ports=[{receiver.port}]"]
        head = Head(self.folder,
                    harness.loopback(self.origin.port, "fetch.per-origin=24")
                    + flags, local_slots=8)
        self.addCleanup(head.kill)
        for name in ("rack-1", "rack-2"):
            worker = Worker(self.folder, head.where, name, head.settings[:-4],
                            ("--slots", "12"))
            self.addCleanup(worker.kill)
        head.joined("rack-1", "rack-2")
        chance = random.Random(4)

        def catalogue(count, mark, broken=0.0, pause=0):
            rows = []
            for k in range(1, count + 1):
                urls = []
                for n in range(chance.randrange(1, 4)):
                    path = ((f"/delay/{pause}" if pause else "/ok")
                            + f"/photo{(k + n) % 8}.jpg")
                    if chance.random() < broken:
                        path = chance.choice(("/status/404", "/garbage/900",
                                              "/status/403"))
                    urls.append(f"{self.origin.base}{path}?{mark}{k}-{n}")
                rows.append([str(k), chance.choice(NAMES), urls])
            return sheet(rows)

        def submit(text, name, hook=None):
            path = "/v1/jobs?" + urllib.parse.urlencode(
                {"name": name, **({"webhook": json.dumps(
                    {"url": receiver.url(hook), "payload": "thin"})}
                    if hook else {})})
            return head.ask("POST", path, text.encode())["id"]

        head.fields["Content-Type"] = "text/csv"
        submit(catalogue(40, "w"), "Winter sale")
        done = submit(catalogue(160, "a", 0.06), "Autumn catalogue", "/hook")
        submit(catalogue(30, "r", 0.2), "Returns desk", "/down")
        head.finished(done)
        running = submit(catalogue(6_000, "s", 0.02, 300), "Spring catalogue")
        actor = poll(lambda: head.ask(
            "GET", f"/v1/actors?kind=job&job={running}")["actors"])[0]["id"]
        poll(lambda: head.done(running) > 150)
        server = type("Running", (), {"url": head.url})
        os.makedirs(self.target, exist_ok=True)
        self.walk("pictures", server, running=running, done=done, actor=actor,
                  out=os.path.abspath(self.target))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Pictures.target = sys.argv[1]
    suite = unittest.TestSuite([Pictures()])
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    sys.exit(0 if result.wasSuccessful() else 1)
