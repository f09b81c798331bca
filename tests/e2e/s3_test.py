"""`pixmill serve` with its images in a bucket: OpenStack Swift's S3 API."""

import csv
import hashlib
import io
import os
import sys
import time
import unittest
import zipfile

from PIL import Image

import harness
import s3_api
from harness import poll, sheet
from retention_test import Noise
from service_test import Server


class ServiceOnS3(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.swift = s3_api.S3Api()

    @classmethod
    def tearDownClass(cls):
        cls.swift.stop()

    def setUp(self):
        super().setUp()
        self.prefix = f"{self._testMethodName}/"
        self.origin = Noise()
        self.addCleanup(self.origin.stop)
        # Secrets are taken from the environment; here another program's.
        for name, value in (
            ("AWS_ACCESS_KEY_ID", s3_api.ACCESS_KEY),
            ("PIXMILL_STORE_S3_SECRET_KEY", s3_api.SECRET_KEY),
        ):
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name)
        self.server = None

    def settings(self):
        return [
            "store.kind=s3",
            f"store.s3-endpoint={self.swift.endpoint}",
            f"store.s3-bucket={s3_api.BUCKET}",
            f"store.s3-prefix={self.prefix}",
            "store.s3-first-pause=50ms",
        ]

    def start(self, *settings):
        self.log = os.path.join(self.folder, "log")
        self.server = Server(
            self.folder,
            self.origin,
            f"log.file={self.log}",
            *self.settings(),
            *settings,
        )
        self.addCleanup(self.server.stop)

    def flags(self):
        return [word for each in self.settings() for word in ("--set", each)]

    def submit(self, numbers):
        rows = [[k, "p", [f"{self.origin.base}/{k}.png"]] for k in numbers]
        return self.server.submit(sheet(rows)).json["id"]

    def run_job(self, numbers):
        job = self.submit(numbers)
        self.assertEqual(self.server.finished(job)["state"], "completed")
        return job

    def status(self, job):
        return self.server.get(f"/v1/jobs/{job}").json

    def results(self, job):
        answer = self.server.get(f"/v1/jobs/{job}/results.csv")
        self.assertEqual(answer.status, 200)
        return answer.body.decode()

    def outputs(self, job):
        rows = list(csv.reader(io.StringIO(self.results(job))))[1:]
        return [row[-1] for row in rows]

    def path_of(self, url):
        return url[len(self.server.url) :]

    def stored(self):
        """The objects of this test, as Swift itself knows them."""
        return {
            key.split("/")[-1].split(".")[0]
            for key in self.swift.keys(self.prefix)
            if "owners" not in key
        }

    def test_serves_what_it_has_stored(self):
        self.start()
        job = self.run_job(range(40))
        outputs = self.outputs(job)
        for url in outputs:
            answer = self.server.get(self.path_of(url))
            self.assertEqual(answer.status, 200)
            sha256 = url.split("/")[-2]
            self.assertEqual(hashlib.sha256(answer.body).hexdigest(), sha256)
            self.assertEqual(answer.headers["ETag"], f'"{sha256}"')
            Image.open(io.BytesIO(answer.body)).load()
        hashes = {url.split("/")[-2] for url in outputs}
        poll(lambda: self.stored() == hashes, 30, 0.2)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "images")))
        url = self.path_of(outputs[0])
        whole = self.server.get(url).body
        part = self.server.get(url, Range="bytes=3-9")
        self.assertEqual((part.status, part.body), (206, whole[3:10]))
        missing = self.server.get("/v1/files/" + "a" * 64 + "/x.png")
        self.assertEqual(missing.status, 404)
        archive = self.server.get(f"/v1/jobs/{job}/results.zip")
        with zipfile.ZipFile(io.BytesIO(archive.body)) as files:
            self.assertIsNone(files.testzip())
            self.assertEqual(len(files.namelist()), 41)

    def test_sends_large_images_in_parts(self):
        self.start("store.s3-multipart-bytes=5242880")
        noise = hashlib.shake_128(b"large").digest(2700 * 2700 * 3)
        out = io.BytesIO()
        Image.frombytes("RGB", (2700, 2700), noise).save(out, "PNG")
        self.origin.pictures["large"] = out.getvalue()
        rows = [["1", "p", [f"{self.origin.base}/large.png"]]]
        # Scaled by nothing: what is stored is as large as its source.
        answer = self.server.submit(sheet(rows), target='{"scale":"99%"}')
        job = answer.json["id"]
        self.assertEqual(self.server.finished(job)["state"], "completed")
        body = self.server.get(self.path_of(self.outputs(job)[0])).body
        self.assertGreater(len(body), 5242880)
        sha256 = self.outputs(job)[0].split("/")[-2]
        self.assertEqual(hashlib.sha256(body).hexdigest(), sha256)

    def test_purges_what_no_other_job_names(self):
        self.start()
        first = self.run_job(range(0, 20))
        second = self.run_job(range(15, 30))
        kept = {url.split("/")[-2] for url in self.outputs(second)}
        gone = self.path_of(self.outputs(first)[0])
        answer = self.server.ask("DELETE", f"/v1/jobs/{first}")
        self.assertEqual(answer.status, 204)
        poll(lambda: self.stored() == kept, 30, 0.1)
        self.assertEqual(self.server.get(gone).status, 404)

    def test_waits_for_an_endpoint_that_is_away(self):
        self.start()
        self.run_job(range(10))
        self.origin.held_from = 100
        job = self.submit(range(200))
        poll(lambda: self.status(job)["progress"]["done"] > 20)
        self.swift.kill()
        self.origin.gate.set()
        time.sleep(6)
        status = self.status(job)
        self.assertEqual(status["progress"]["failed"], 0)
        self.assertLess(status["progress"]["done"], 200)
        # New jobs are taken in all the same.
        later = self.submit(range(190, 210))
        sha256 = self.outputs_so_far(job)[0]
        away = self.server.get(f"/v1/files/{sha256}/x.png")
        self.assertEqual(away.status, 503)
        self.assertEqual(away.json["code"], "unavailable")
        self.swift.start()
        for each, count in ((job, 200), (later, 20)):
            status = self.server.finished(each)
            self.assertEqual(status["state"], "completed", status)
            self.assertEqual(status["progress"]["done"]
                             + status["progress"]["kept_original"], count)
        outputs = {url.split("/")[-2] for url in self.outputs(job)}
        self.assertEqual(len(outputs), 200)
        # Swift's list follows what it has by a moment, on a busy machine more.
        poll(lambda: outputs <= self.stored(), 30, 0.2)

    def outputs_so_far(self, job):
        answer = self.server.get(f"/v1/jobs/{job}/results.csv?partial=true")
        rows = list(csv.reader(io.StringIO(answer.body.decode())))[1:]
        return [row[-1].split("/")[-2] for row in rows if row[-1]]

    def test_stops_while_the_endpoint_is_away(self):
        self.start()
        self.origin.held_from = 50
        job = self.submit(range(100))
        poll(lambda: self.status(job)["progress"]["done"] > 5)
        self.swift.kill()
        self.origin.gate.set()
        time.sleep(1)
        self.assertEqual(self.server.stop(), 0, "it does not wait")
        self.swift.start()
        self.start()
        self.assertEqual(self.server.finished(job)["state"], "completed")

    def test_refuses_to_start_without_a_bucket_that_it_may_use(self):
        for name, value, word in (
            ("PIXMILL_STORE_S3_SECRET_KEY", "wrong", "SignatureDoesNotMatch"),
            ("PIXMILL_STORE_S3_BUCKET", "elsewhere", "NoSuchBucket"),
            ("PIXMILL_STORE_S3_ENDPOINT", "http://127.0.0.1:1", "127.0.0.1:1"),
        ):
            with self.subTest(name):
                result = harness.run(
                    [
                        "serve",
                        "--port",
                        "0",
                        "--set",
                        f'store.journal="{self.folder}/{name}"',
                        "--set",
                        "store.kind=s3",
                    ],
                    env=dict(
                        os.environ,
                        **{
                            "PIXMILL_STORE_S3_BUCKET": s3_api.BUCKET,
                            "PIXMILL_STORE_S3_ENDPOINT": self.swift.endpoint,
                            name: value,
                        },
                    ),
                )
                self.assertNotEqual(result.code, 0)
                self.assertIn(word, result.stderr)
                self.assertNotIn(s3_api.SECRET_KEY, result.stderr)

    def test_doctor_uses_the_bucket(self):
        good = harness.run(["doctor", *self.flags()])
        self.assertIn(f"bucket {s3_api.BUCKET}: written", good.stdout)
        poll(lambda: self.swift.keys(self.prefix) == [])
        os.environ["PIXMILL_STORE_S3_SECRET_KEY"] = "wrong"
        bad = harness.run(["doctor", *self.flags()])
        self.assertExit(harness.WITH_FAILURES, bad)
        self.assertIn("SignatureDoesNotMatch", bad.stdout)

    def test_verifies_results_against_the_bucket(self):
        self.start()
        job = self.run_job(range(5))
        path = self.write(self.results(job), "results.csv")
        self.assertExit(harness.OK, harness.run(["verify", path, *self.flags()]))
        sha256 = self.outputs(job)[2].split("/")[-2]
        self.swift.remove(poll(lambda: next(
            (k for k in self.swift.keys(self.prefix) if sha256 in k), None
        )))
        result = harness.run(["verify", path, "--json", *self.flags()])
        self.assertExit(harness.WITH_FAILURES, result)
        self.assertIn("missing", result.stdout)

    def test_shows_and_logs_no_secret(self):
        self.start()
        job = self.run_job(range(2))
        shown = harness.run(["config", "show", *self.flags()])
        self.server.stop()  # Its log is whole.
        with open(self.log) as log:
            text = log.read() + shown.stdout
        self.assertIn(job, text)
        self.assertNotIn(s3_api.SECRET_KEY, text)
        self.assertIn("AWS_ACCESS_KEY_ID", shown.stdout)


if __name__ == "__main__":
    if not s3_api.is_installed():
        print("no S3 API to test against: apt-get install python3-swift")
        sys.exit(77)
    unittest.main(verbosity=2, warnings="ignore")
