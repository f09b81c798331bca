"""The client verbs against `pixmill serve`."""

import contextlib
import csv
import json
import os
import re
import signal

import harness
from harness import INVALID_CSV, INTERRUPTED, OK, USAGE, WITH_FAILURES, Case
from harness import poll, sheet
from service_test import Server

NO_SERVER = 7


def has_connection(pid):
    """Whether a process has a TCP connection to this machine."""
    with open("/proc/net/tcp") as file:
        inodes = {line.split()[9] for line in list(file)[1:]}
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(FileNotFoundError):  # Closed meanwhile.
            target = os.readlink(f"/proc/{pid}/fd/{name}")
            if target.removeprefix("socket:[").rstrip("]") in inodes:
                return True
    return False


class Client(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = Server(self.folder, self.origin)
        self.addCleanup(self.server.stop)

    def call(self, *arguments):
        return harness.run([*arguments, "--url", self.server.url])

    def catalogue(self, paths):
        urls = [f"{self.origin.base}/{path}" for path in paths]
        rows = [[str(k), "Mug", url] for k, url in enumerate(urls)]
        return self.write(sheet(rows))

    def submit(self, paths, *flags):
        result = self.call("submit", self.catalogue(paths), *flags)
        self.assertExit(OK, result)
        return re.search(r"job_\w+", result.stdout)[0]

    def test_goes_from_the_sheet_to_its_results(self):
        job = self.submit([f"ok/photo{k}.jpg" for k in range(4)],
                          "--quality", "50", "--name", "spring")
        watched = self.call("watch", job)
        self.assertExit(OK, watched)
        self.assertIn("completed", watched.stdout)
        results = os.path.join(self.folder, "results.csv")
        self.assertExit(OK, self.call("results", job, "--out", results))
        with open(results, newline="") as file:
            rows = list(csv.reader(file))
        self.assertEqual(len(rows), 5)
        self.assertTrue(all(row[-1].startswith("http") for row in rows[1:]))
        listed = self.call("ls", "--json")
        jobs = json.loads(listed.stdout)["jobs"]
        self.assertEqual([one["name"] for one in jobs], ["spring"])
        self.assertEqual(jobs[0]["progress"]["done"], 4)

    def test_waits_and_tells_of_failures(self):
        sheet_path = self.catalogue(["ok/photo0.jpg", "status/404"])
        result = self.call("submit", sheet_path, "--wait")
        self.assertExit(WITH_FAILURES, result)
        self.assertIn("http_404", result.stdout)

    def test_shows_what_is_wrong_with_a_sheet(self):
        path = self.write(sheet([["1", "A", "ftp://a/x.jpg"]]))
        result = self.call("submit", path)
        self.assertExit(INVALID_CSV, result)
        self.assertIn("url-scheme", result.stdout)

    def test_commands_a_job(self):
        job = self.submit([f"hold/k/photo{k % 8}.jpg?{k}" for k in range(40)])
        self.assertIn("paused", self.call("pause", job).stdout)
        self.assertIn("running", self.call("resume", job).stdout)
        self.assertExit(OK, self.call("cancel", job))
        poll(lambda: "canceled" in self.call("status", job).stdout)
        self.origin.release()
        self.assertExit(USAGE, self.call("pause", job))
        self.assertExit(OK, self.call("retry", job, "--limit", "2"))

    def test_leaves_a_job_running_when_it_is_interrupted(self):
        job = self.submit([f"hold/k/photo{k % 8}.jpg?{k}" for k in range(40)])
        process = harness.start(["watch", job, "--url", self.server.url])
        # It has asked once when its connection stands.
        poll(lambda: has_connection(process.pid))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.origin.release()
        self.assertEqual(self.server.finished(job)["progress"]["done"], 40)

    def test_watches_through_a_restart(self):
        paths = [f"ok/photo{k}.jpg" for k in range(4)]
        paths += [f"hold/k/photo{k % 8}.jpg?{k}" for k in range(56)]
        job = self.submit(paths)
        process = harness.start(["watch", job, "--url", self.server.url])
        # It gives up when its first look fails, but none after that.
        poll(lambda: re.search(
            rb'requests_total\{route="[^"]*/jobs/\{id\}",method="GET"',
            self.server.get("/metrics").body))
        port = self.server.url.rsplit(":", 1)[1]
        self.server.kill()
        self.server = Server(self.folder, self.origin, port=port)
        self.addCleanup(self.server.stop)
        self.origin.release()
        stdout, stderr = process.communicate(timeout=90)
        self.assertEqual(process.returncode, OK, stdout + stderr)

    def test_says_when_nobody_answers(self):
        self.server.stop()
        self.assertExit(NO_SERVER, self.call("status", "job_1"))


if __name__ == "__main__":
    harness.main()
