"""`pixmill console`: in a terminal of tmux, and one line at a time."""

import json
import os
import re
import shutil
import subprocess
import sys
import time

import harness
from cluster import Head, Worker
from harness import Case, poll, sheet
from service_test import Server

TMUX = shutil.which("tmux")


class Terminal:
    """A program in a terminal of its own, which tmux plays."""

    def __init__(self, folder, command, width=100, height=30):
        self.socket = os.path.join(folder, "tmux")
        self.tmux("new-session", "-d", "-x", str(width), "-y", str(height),
                  "env", "TERM=screen", *command)

    def tmux(self, *arguments):
        return subprocess.run(
            [TMUX, "-S", self.socket, "-f", "/dev/null", *arguments],
            check=True, capture_output=True, text=True, timeout=20,
        ).stdout

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def screen(self):
        return self.tmux("capture-pane", "-p")

    def shows(self, pattern, seconds=30):
        seen = ""

        def shown():
            nonlocal seen
            seen = self.screen()
            return re.search(pattern, seen)

        try:
            poll(shown, seconds, 0.05)
        except AssertionError:
            raise AssertionError(f"no {pattern!r} in\n{seen}") from None
        return seen

    def end(self):
        subprocess.run([TMUX, "-S", self.socket, "kill-server"],
                       capture_output=True, timeout=20, check=False)


class Console(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = Server(self.folder, self.origin)
        self.addCleanup(self.server.stop)

    def begin(self, path="delay/1000", count=900, mark=""):
        base = self.origin.base
        text = sheet([[str(k), "Mug", f"{base}/{path}/photo{k % 8}.jpg?n={k}"
                       + mark] for k in range(count)])
        return self.server.submit(text).json["id"]

    def failing(self, count):
        text = sheet([[str(k), "Mug", f"{self.origin.base}/status/404?n={k}"]
                      for k in range(count)])
        return self.server.submit(text).json["id"]

    def line(self, text, *flags, url=None):
        return harness.run(["console", "--url", url or self.server.url, "-c",
                            text, *flags])

    def open(self, url=None, **size):
        terminal = Terminal(
            self.folder,
            [harness.PIXMILL, "console", "--url", url or self.server.url],
            **size)
        self.addCleanup(terminal.end)
        # A key that is pressed before may be lost.
        terminal.shows(r"pixmill  Overview")
        return terminal

    def test_one_line(self):
        job = self.begin()
        poll(lambda: self.server.get(f"/v1/jobs/{job}").json["progress"][
            "active"])
        top = self.line("actors top mailbox 5")
        self.assertEqual(top.code, 0, top)
        self.assertEqual(len(top.stdout.splitlines()), 7, top.stdout)
        top = self.line("actors top age 5", "--json")
        self.assertEqual(len(json.loads(top.stdout)["actors"]), 5)
        for text in ("overview", "jobs", f"job {job}", "errors", "tree",
                     "origins", "deliveries", "audit", "config",
                     "history cpu"):
            shown = self.line(text)
            self.assertEqual(shown.code, 0, (text, shown))
            self.assertTrue(shown.stdout, text)
            json.loads(self.line(text, "--json").stdout)
        self.assertIn("images at the download", self.line("overview").stdout)
        actor = json.loads(self.line(f"actors kind job job {job}", "--json")
                           .stdout)["actors"][0]["id"]
        refused = self.line(f"kill {actor}")
        self.assertEqual(refused.code, harness.USAGE, refused)
        self.assertIn("starts again from what is recorded", refused.stderr)
        killed = self.line(f"kill {actor} yes")
        self.assertEqual(killed.code, 0, killed)
        self.assertIn("actor.kill", self.line("audit").stdout)
        traced = self.line("trace " + json.loads(self.line(
            "actors kind dispatcher", "--json").stdout)["actors"][0]["id"]
            + " 3")
        self.assertEqual(traced.code, 0, traced)
        self.assertEqual(len(traced.stdout.splitlines()), 3, traced.stdout)
        for verb, hits in (("pause", r"\d+ images wait until it is resumed"),
                           ("cancel", r"\d+ images will not be done"),
                           ("retry", r"of \d+ failed images? those")):
            refused = self.line(f"{verb} {job}")
            self.assertEqual(refused.code, harness.USAGE, refused)
            self.assertRegex(refused.stderr, hits)
            self.assertIn(f"{verb} {job} yes", refused.stderr)
        node = self.server.get("/v1/nodes").json["nodes"][0]["name"]
        refused = self.line(f"drain {node}")
        self.assertEqual(refused.code, harness.USAGE, refused)
        self.assertRegex(refused.stderr, r"ends its \d+ images? under way")
        self.assertEqual(self.line(f"pause {job} yes").stdout.strip(), "paused")
        self.assertEqual(self.line(f"resume {job}").stdout.strip(), "running")
        self.assertEqual(self.line(f"cancel {job} yes").stdout.strip(),
                         "canceled")
        self.assertEqual(self.line("dance").code, harness.USAGE)
        self.assertEqual(
            self.line("jobs", url="http://127.0.0.1:9").code, 7)
        bare = harness.run(["console", "--url", self.server.url])
        self.assertEqual(bare.code, harness.USAGE, bare)
        self.assertIn("wants a terminal", bare.stderr)

    def test_screens(self):
        job = self.failing(8)
        self.server.finished(job)
        slow = self.begin("delay/2000", 900, "&slow")
        terminal = self.open()
        terminal.shows(r"bottleneck +fetch")
        terminal.press("2")
        terminal.shows(rf">{slow} +running")
        terminal.press("Down")
        terminal.shows(rf">{job} +completed_with_errors")
        terminal.press("Enter")
        terminal.shows(r"http_404 +8")
        terminal.press("Escape")
        terminal.shows(r"pixmill  Jobs")
        terminal.press("3")
        terminal.shows(r"8 images have failed")
        terminal.shows(r"8  http_404 +stays +127\.0\.0\.1")
        terminal.press("r")
        terminal.shows(r"\(y/n\) try .* http_404 at 127\.0\.0\.1 of job_")
        terminal.press("n")
        terminal.shows("left alone")
        self.assertEqual(self.server.get(f"/v1/jobs/{job}").json["attempt"], 1)
        terminal.press("r")
        terminal.shows(r"\(y/n\) try 8 images that failed with http_404")
        terminal.press("y")
        poll(lambda: self.server.get(f"/v1/jobs/{job}").json["attempt"] == 2)
        self.server.finished(job)
        for key, title in (("6", "Tree"), ("7", "Origins"),
                           ("8", "Deliveries"), ("9", "Audit"),
                           ("0", "Config")):
            terminal.press(key)
            terminal.shows(rf"pixmill  {title}")
        terminal.shows(r"fetch\.per-origin")
        terminal.press("/")
        terminal.press("http.port", "Enter")
        terminal.shows(r"/http\.port")
        seen = terminal.shows(r"http\.port +\d+")
        self.assertNotIn("fetch.per-origin", seen)
        terminal.press("?")
        terminal.shows(r"follow the selected actor's messages")
        terminal.press("?")
        terminal.press("q")
        poll(lambda: subprocess.run(
            [TMUX, "-S", terminal.socket, "list-sessions"],
            capture_output=True, check=False).returncode != 0)

    def test_actors(self):
        job = self.begin("pace/1000/k", 400)
        poll(lambda: self.server.get(f"/v1/jobs/{job}").json["progress"][
            "active"])
        terminal = self.open()
        terminal.press("5")
        terminal.shows(r"Actors by mailbox")
        terminal.press("s")
        terminal.shows(r"Actors by rate")
        terminal.press("w")
        terminal.shows(r"rates over 30s")
        terminal.press("/")
        terminal.press(job[:20], "Enter")
        terminal.shows(r">head:\d+ +job +running")
        terminal.press("Enter")
        terminal.shows(r"job head:\d+ +job_")
        terminal.shows(r"answered after [\d.]+ ms")
        terminal.press("t")
        terminal.shows(r"messages of head:\d+")
        terminal.shows(r"row_report")
        terminal.press("Escape")
        terminal.shows(r"answered after")
        terminal.press("k")
        terminal.shows(r"\(y/n\) job_\w+ starts again from what is recorded")
        terminal.press("y")
        terminal.shows(r"its \d+ rows|answered|no-such-actor")
        terminal.press("9")
        terminal.shows(r"actor\.kill")
        self.origin.release()
        status = self.server.finished(job)
        self.assertEqual(status["state"], "completed", status)

    def test_drains_a_worker(self):
        folder = os.path.join(self.folder, "cluster")
        os.mkdir(folder)
        settings = harness.loopback(self.origin.port)
        head = Head(folder, settings)
        self.addCleanup(head.kill)
        for name in ("a", "b"):
            worker = Worker(folder, head.where, name, settings)
            self.addCleanup(worker.kill)
        head.joined("a", "b")
        terminal = self.open(head.url, width=120)
        terminal.press("4")
        terminal.shows(r">nod_\w+ +a +up[^\n]*\n nod_\w+ +b +up")
        terminal.press("Down")
        terminal.shows(r"\n>nod_\w+ +b +up")
        terminal.press("d")
        terminal.shows(r"\(y/n\) drain node nod_\w+\? It ends the 0 images")
        terminal.press("n")
        terminal.shows("left alone")
        self.assertEqual(set(head.nodes("up")), {"a", "b"})
        terminal.press("d")
        terminal.shows(r"\(y/n\) drain node")
        terminal.press("y")
        poll(lambda: set(head.nodes("draining")) == {"b"})
        terminal.shows(r"\n>nod_\w+ +b +draining")
        terminal.press("d")
        terminal.shows(r"\(y/n\) give node nod_\w+ work again")
        terminal.press("y")
        poll(lambda: set(head.nodes("up")) == {"a", "b"})
        # The actors of a node, from the list of nodes and from the tree.
        terminal.press("Enter")
        terminal.shows(r"b:\d+ +inspector")
        terminal.press("6")
        terminal.shows(r"  b:0 +node +up")
        audit = self.line("audit", url=head.url).stdout
        self.assertIn("node.drain", audit)
        self.assertIn("node.undrain", audit)

    def test_takes_a_token(self):
        secret = self.server.ask(
            "POST", "/v1/tokens", b'{"scopes": ["read", "admin"]}',
            Content_Type="application/json").json["token"]
        refused = self.line("actors")
        self.assertEqual(refused.code, harness.USAGE, refused)
        self.assertIn("token", refused.stderr)
        shown = harness.run(
            ["console", "--url", self.server.url, "-c", "actors"],
            env={**os.environ, "PIXMILL_TOKEN": secret})
        self.assertEqual(shown.code, 0, shown)
        self.assertIn("supervisor", shown.stdout)
        self.assertNotIn(secret, shown.stdout + shown.stderr)

    def test_resizes_freezes_and_reconnects(self):
        terminal = self.open()
        terminal.press("2")
        terminal.shows("nothing")
        terminal.tmux("resize-window", "-x", "60", "-y", "12")
        poll(lambda: len(terminal.screen().splitlines()) == 12)
        terminal.press("p")
        terminal.shows("FROZEN")
        job = self.begin("ok", 2)
        self.server.finished(job)
        time.sleep(2.5)
        self.assertNotIn("job_", terminal.screen())
        terminal.press("p")
        terminal.shows("job_")
        port = int(self.server.url.rsplit(":", 1)[1])
        self.server.kill()
        terminal.shows("NO ANSWER")
        again = Server(self.folder, self.origin, port=port)
        self.addCleanup(again.stop)
        poll(lambda: "NO ANSWER" not in terminal.screen())
        terminal.shows(job[:20])


if __name__ == "__main__":
    if not TMUX:
        print("skipped: needs tmux")
        sys.exit(77)
    harness.main()
