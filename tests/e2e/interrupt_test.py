"""Ctrl-C, deadlines, and coming back afterwards."""

import os
import signal

import harness
from harness import Case, INTERRUPTED, OK, WITH_FAILURES, poll, sheet


class Interrupts(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        base = self.origin.base
        # Some finish; the others wait until after the interruption.
        self.urls = [
            f"{base}/{'ok' if k < 10 else 'hold/k'}/photo1.jpg?n={k}"
            for k in range(60)
        ]
        self.text = sheet(
            [[str(k), "A", self.urls[k : k + 2]] for k in range(0, 60, 2)]
        )
        self.arguments = [
            "run", self.write(self.text), "--out", self.out,
            *harness.loopback(self.origin.port),
        ]

    def interrupt(self):
        process = harness.start(self.arguments)
        try:
            poll(lambda: len(self.origin.requests()) > 12)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
        self.origin.release()
        return harness.Run(process.returncode, stdout, stderr)

    def test_stops_cleanly_and_says_how_to_go_on(self):
        result = self.interrupt()
        self.assertExit(INTERRUPTED, result)
        said = result.stdout + result.stderr
        self.assertIn("the same command resumes", said)
        self.assertLess(len(self.origin.requests()), 60)

    def test_goes_on_where_it_stopped(self):
        self.interrupt()
        result = harness.run(self.arguments)
        self.assertExit(OK, result)
        requests = self.origin.requests()
        self.assertEqual(len(requests), 60)
        twice = [path for path, count in requests.items() if count > 1]
        # Only what was under way when it was stopped: 16 slots for each core.
        self.assertLessEqual(len(twice), 16 * (os.cpu_count() or 1))
        links = [link for row in self.results()[1:]
                 for link in row[3].split(",")]
        self.assertTrue(all(links))


class Deadlines(Case):
    def test_a_job_of_dripping_origins_ends(self):
        origin = self.faulty()
        urls = [f"{origin.base}/drip/20/photo0.jpg?n={k}" for k in range(20)]
        result = self.run_sheet(
            sheet([["1", "A", urls]]), origin,
            settings=[
                "fetch.total-timeout=2s", "fetch.low-speed-time=1s",
                "fetch.max-attempts=2", "fetch.per-origin=20",
                "jobs.item-timeout=10s",
            ],
            timeout=60,
        )
        self.assertExit(WITH_FAILURES, result)
        self.assertLess(result.seconds, 30)
        for item in self.items():
            self.assertIn(harness.error_of(item), ("timeout", "deadline"))


if __name__ == "__main__":
    harness.main()
