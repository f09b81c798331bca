"""How long `pixmill serve` keeps jobs, and what goes with them."""

import csv
import hashlib
import http.server
import io
import os
import threading
import time

from PIL import Image

import harness
from harness import Case, poll, sheet
from service_test import Server


class Noise:
    """An origin of small pictures: each number is another one.

    `pictures` has others, by the name that stands before the extension.
    Those from number `held_from` on wait until `gate` is set.
    """

    held_from = None

    def __init__(self):
        self.pictures = pictures = {}
        self.gate = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                name = self.path.split("/")[-1].split(".")[0]
                if outer.held_from and int(name) >= outer.held_from:
                    outer.gate.wait()
                body = pictures.get(name) or self.small(int(name))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            @staticmethod
            def small(number):
                noise = hashlib.shake_128(b"%d" % number).digest(192)
                out = io.BytesIO()
                Image.frombytes("RGB", (8, 8), noise).save(out, "PNG")
                return out.getvalue()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler
        )
        self.server.block_on_close = False
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.gate.set()
        self.server.shutdown()
        self.server.server_close()


class Retention(Case):
    def setUp(self):
        super().setUp()
        self.origin = Noise()
        self.addCleanup(self.origin.stop)
        self.server = None

    def start(self, *settings):
        if self.server is not None and self.server.process.poll() is None:
            self.server.kill()
        self.server = Server(
            self.folder, self.origin, "fetch.per-origin=32", *settings
        )
        self.addCleanup(self.server.stop)

    def run_job(self, numbers):
        rows = [
            [k, "p", [f"{self.origin.base}/{k}.png"]] for k in numbers
        ]
        job = self.server.submit(sheet(rows)).json["id"]
        status = self.server.finished(job)
        self.assertEqual(status["state"], "completed")
        return job

    def outputs(self, job):
        answer = self.server.get(f"/v1/jobs/{job}/results.csv")
        self.assertEqual(answer.status, 200)
        rows = list(csv.reader(io.StringIO(answer.body.decode())))[1:]
        return {row[-1].split("/")[-2] for row in rows}

    def stored(self):
        found = set()
        for _, _, names in os.walk(os.path.join(self.folder, "images")):
            found |= {n.split(".")[0] for n in names if len(n) > 64}
        return found

    def gone(self, job):
        answer = self.server.get(f"/v1/jobs/{job}")
        if answer.status == 200:
            return False
        self.assertEqual((answer.status, answer.json["code"]), (410, "gone"))
        return True

    def test_expires_jobs_but_no_file_that_another_names(self):
        self.start("jobs.keep=8s")
        first = self.run_job(range(0, 6))
        time.sleep(4)
        second = self.run_job(range(4, 10))
        kept = self.outputs(second)
        self.assertEqual(len(self.outputs(first) & kept), 2)
        poll(lambda: self.gone(first))
        poll(lambda: self.stored() == kept)
        self.assertEqual(self.server.get(f"/v1/jobs/{second}").status, 200)
        poll(lambda: self.gone(second))
        poll(lambda: not self.stored())
        self.assertEqual(self.server.get("/v1/jobs").json["jobs"], [])
        for path in ("/results.csv", "/failed.csv"):
            answer = self.server.get(f"/v1/jobs/{first}{path}")
            self.assertEqual(answer.status, 410)
        self.start("jobs.keep=8s")
        self.assertTrue(self.gone(first), "also after a restart")

    def test_purges_at_once_when_told_to(self):
        self.start()
        first = self.run_job(range(0, 6))
        second = self.run_job(range(4, 10))
        kept = self.outputs(second)
        self.assertEqual(
            self.server.ask("DELETE", f"/v1/jobs/{first}").status, 204
        )
        self.assertTrue(self.gone(first))
        self.assertEqual(
            self.server.ask("DELETE", f"/v1/jobs/{first}").status, 410
        )
        poll(lambda: self.stored() == kept)
        again = self.run_job(range(0, 6))
        self.assertLessEqual(self.outputs(again), self.stored())

    def purge_interrupted(self, begin, kept):
        """Kills the server while it purges a job; all that was there then.
        What another job names is added to `kept`."""
        first = self.run_job(range(begin, begin + 1500))
        kept |= self.outputs(self.run_job(range(begin + 1400, begin + 1500)))
        whole = len(self.stored())
        self.assertEqual(
            self.server.ask("DELETE", f"/v1/jobs/{first}").status, 204
        )
        poll(lambda: len(self.stored()) < whole, pause=0.001)
        self.server.kill()
        left = self.stored()
        self.assertLessEqual(kept, left, "nothing wrongly deleted")
        self.start()
        poll(lambda: self.stored() == kept)
        self.assertTrue(self.gone(first))
        return left

    def test_finishes_a_purge_that_a_crash_has_interrupted(self):
        self.start()
        kept = set()
        # The kill may come when all is done, as a busy machine has it.
        self.assertTrue(any(
            self.purge_interrupted(begin, kept) > kept
            for begin in range(0, 8_000, 2_000)
        ), "killed too late")
        for sha256 in kept:
            path = f"/v1/files/{sha256}/x.png"
            self.assertEqual(self.server.get(path).status, 200)

    def test_sweeps_what_a_crash_left_without_an_outcome(self):
        self.start()
        kept = self.outputs(self.run_job(range(0, 4)))
        self.server.kill()
        orphan = hashlib.sha256(b"orphan").hexdigest()
        folder = os.path.join(self.folder, "images", orphan[:2])
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, orphan + ".jpg"), "wb") as file:
            file.write(b"orphan")
        self.start()
        poll(lambda: self.stored() == kept)

    def test_removes_no_file_that_another_journal_may_name(self):
        self.start()
        job = self.run_job(range(0, 4))
        self.server.kill()
        with open(f"{self.folder}/images/.pixmill-owners", "a") as file:
            file.write("another\n")
        self.start()
        before = self.stored()
        self.assertEqual(
            self.server.ask("DELETE", f"/v1/jobs/{job}").status, 204
        )
        time.sleep(1)
        self.assertEqual(self.stored(), before)


if __name__ == "__main__":
    harness.main()
