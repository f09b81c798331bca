"""A head and its workers, as processes of one machine, for the tests."""

import json
import os
import signal
import subprocess
import time
import urllib.parse
import urllib.request

import harness
from harness import Case, free_port, poll, sheet


class Process:
    """The binary with its log in a file, ended by the id it was started with."""

    def __init__(self, log, arguments, wrap=()):
        self.log_path = log
        with open(log, "a") as errors:
            self.process = subprocess.Popen(
                [*wrap, harness.PIXMILL, *arguments],
                stdout=subprocess.PIPE, stderr=errors, text=True,
                start_new_session=True,
            )

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def signal(self, number):
        os.killpg(self.process.pid, number)

    def says(self, text, seconds=30):
        """Waits for a line: it is written on a thread of its own."""
        poll(lambda: text in self.log(), seconds)

    def freeze(self):
        """Returns when it stands still: one thread takes the signal, and stops
        the others once it has the CPU."""
        self.signal(signal.SIGSTOP)
        poll(self.stands_still)

    def stands_still(self):
        tasks = f"/proc/{self.process.pid}/task"
        states = set()
        try:
            for task in os.listdir(tasks):
                with open(f"{tasks}/{task}/stat", encoding="utf-8") as file:
                    states.add(file.read().rpartition(")")[2].split()[0])
        except FileNotFoundError:
            return False  # A thread has just ended.
        return states == {"T"}

    def thaw(self):
        self.signal(signal.SIGCONT)

    def kill(self):
        if self.process.poll() is None:
            self.signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()

    def end(self, seconds=40):
        """Ends it as an operator would; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def wait(self, seconds=40):
        try:
            self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError("still there:\n" + self.log()) from None
        return self.process.returncode

    def memory(self):
        return harness.pss(self.process.pid)


class Worker(Process):
    def __init__(self, folder, where, name, settings, flags=(), wrap=()):
        self.name = name
        super().__init__(
            os.path.join(folder, f"{name}.log"),
            ["worker", "--join", where, "--name", name, *flags, *settings],
            wrap,
        )


class Head(Process):
    """`pixmill serve --cluster`; a second one on the same folder is the first
    after a restart, at the same ports."""

    def __init__(self, folder, settings, local_slots=0, host="127.0.0.1",
                 ports=None, wrap=(), wait=True, token=None):
        self.folder = folder
        self.host = host
        self.settings = settings
        self.local_slots = local_slots
        self.wrap = wrap
        self.fields = {"Authorization": f"Bearer {token}"} if token else {}
        self.ports = ports or (free_port(), free_port())
        self.url = f"http://{host}:{self.ports[0]}"
        self.where = f"{host}:{self.ports[1]}"
        self.start(wait)

    def start(self, wait=True):
        super().__init__(
            os.path.join(self.folder, "head.log"),
            ["serve", "--port", str(self.ports[0]), "--cluster", self.where,
             "--local-slots", str(self.local_slots),
             "--set", f'store.journal="{self.folder}/journal"',
             "--set", f'store.images="{self.folder}/images"',
             *self.settings],
            self.wrap,
        )
        if wait:
            for _ in range(3):
                line = self.process.stdout.readline()
            assert "workers join at" in line, line + self.log()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers=self.fields)
        with urllib.request.urlopen(request, timeout=40) as answer:
            return json.loads(answer.read() or b"null")

    def submit(self, text, options=""):
        request = urllib.request.Request(
            f"{self.url}/v1/jobs?{options}", data=text.encode(), method="POST",
            headers={"Content-Type": "text/csv", **self.fields})
        with urllib.request.urlopen(request, timeout=40) as answer:
            return json.loads(answer.read())["id"]

    def status(self, job):
        return self.ask("GET", f"/v1/jobs/{job}")

    def done(self, job):
        progress = self.status(job)["progress"]
        return progress["total"] - progress["pending"] - progress["active"]

    def finished(self, job, seconds=60):
        def settled():
            status = self.status(job)
            return status if status["finished_at"] else None

        return poll(settled, seconds)

    def items(self, job):
        """The lines of results.jsonl by their row and slot."""
        request = urllib.request.Request(
            f"{self.url}/v1/jobs/{job}/results.jsonl", headers=self.fields)
        with urllib.request.urlopen(request, timeout=40) as answer:
            lines = [json.loads(line) for line in answer.read().splitlines()]
        found = {(one["row"], one["slot"]): one for one in lines}
        assert len(found) == len(lines), "a slot was answered twice"
        return found

    def image(self, item):
        path = urllib.parse.urlsplit(item["output"]).path
        with urllib.request.urlopen(self.url + path, timeout=40) as answer:
            return answer.read()

    def nodes(self, *states):
        """The workers in one of these states, by name."""
        return {
            node["name"]: node for node in self.ask("GET", "/v1/nodes")["nodes"]
            if not node["local"] and (not states or node["state"] in states)
        }

    def budgets(self):
        """What all nodes may have under way, by origin."""
        return {
            each["origin"]: each
            for each in self.ask("GET", "/v1/origins")["budgets"]
        }

    def joined(self, *names, seconds=40):
        """Waits until these workers, and no others, are up."""
        poll(lambda: set(self.nodes("up")) == set(names), seconds)


class ClusterCase(Case):
    """Tests of a head with workers, over an origin that may be faulty."""

    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.settings = harness.loopback(self.origin.port)

    def head(self, *settings, **options):
        head = Head(self.folder, self.settings + as_flags(settings), **options)
        self.addCleanup(head.kill)
        return head

    def worker(self, head, name, *flags):
        worker = Worker(self.folder, head.where, name, self.settings, flags)
        self.addCleanup(worker.kill)
        return worker

    def catalogue(self, count, path="ok", mark="", **options):
        base = self.origin.base
        return sheet([
            [str(k), "Mug", f"{base}/{path}/photo{k % 8}.jpg?n={k}{mark}"]
            for k in range(count)
        ], **options)

    def complete(self, head, job, count):
        """All images of a job are there, are whole, and were made once."""
        self.assertEqual(head.finished(job)["state"], "completed")
        items = head.items(job)
        self.assertEqual(len(items), count)
        for item in items.values():
            self.assertIn(item["status"], ("done", "kept_original"))
        return items


def as_flags(settings):
    return [word for each in settings for word in ("--set", each)]


def stopwatch():
    begun = time.monotonic()
    return lambda: time.monotonic() - begun
