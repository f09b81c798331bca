"""`pixmill serve` over HTTP: submit, status, results, files, and a kill."""

import concurrent.futures
import csv
import gzip
import io
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

from PIL import Image

import harness
from harness import Case, poll, sheet


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Server:
    """`pixmill serve` in a folder of its own, on a port of its choice."""

    def __init__(self, folder, origin, *settings, port=0):
        # A file: nobody reads the log, and a full pipe would stop the server.
        with tempfile.TemporaryFile("w+", dir=folder) as log:
            self.process = subprocess.Popen(
                [harness.PIXMILL, "serve", "--port", str(port),
                 "--set", f'store.journal="{folder}/journal"',
                 "--set", f'store.images="{folder}/images"',
                 *harness.loopback(origin.port, *settings)],
                stdout=subprocess.PIPE, stderr=log, text=True,
                start_new_session=True,
            )
            line = self.process.stdout.readline()
            if "listens on" not in line:
                self.process.wait(10)
                log.seek(0)
                raise AssertionError(line + log.read())
        self.url = line.split()[-1]

    def ask(self, method, path, body=None, **headers):
        fields = {k.replace("_", "-"): v for k, v in headers.items()}
        request = urllib.request.Request(
            self.url + path, data=body, method=method, headers=fields
        )
        try:
            with urllib.request.urlopen(request, timeout=40) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.headers, refused.read())

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def submit(self, text, **query):
        return self.ask(
            "POST", "/v1/jobs?" + urllib.parse.urlencode(query),
            text if isinstance(text, bytes) else text.encode(),
            Content_Type="text/csv",
        )

    def finished(self, job, seconds=60):
        def settled():
            status = self.get(f"/v1/jobs/{job}").json
            sums = sum(
                n for k, n in status["progress"].items() if k != "total"
            )
            assert sums == status["progress"]["total"], status
            if status["finished_at"] is not None:
                return status
            return None

        return poll(settled, seconds)

    def kill(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def stop(self):
        """Ends it as an operator would; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.communicate(timeout=40)
        except subprocess.TimeoutExpired:
            self.kill()
        return self.process.returncode


def multipart(options, text, options_first=True):
    boundary = uuid.uuid4().hex
    file = (
        'Content-Disposition: form-data; name="file"; filename="a.csv"\r\n'
        f"Content-Type: text/csv\r\n\r\n{text}"
    )
    given = (
        'Content-Disposition: form-data; name="options"\r\n\r\n'
        + json.dumps(options)
    )
    parts = [given, file] if options_first else [file, given]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return (body + f"--{boundary}--\r\n").encode(), (
        f"multipart/form-data; boundary={boundary}"
    )


class Service(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = self.start()

    def start(self, *settings):
        server = Server(self.folder, self.origin, *settings)
        self.addCleanup(server.stop)
        return server

    def catalogue(self, count=6, path="ok", text=""):
        base = self.origin.base
        urls = [
            f"{base}/{path}/photo{k % 8}.jpg?n={k}{text}" for k in range(count)
        ]
        return sheet(
            [[str(k), "Mug", urls[k : k + 2]] for k in range(0, count, 2)]
        )

    def problem(self, answer, status, code):
        self.assertEqual(answer.status, status, answer.body)
        self.assertEqual(
            answer.headers["Content-Type"], "application/problem+json"
        )
        problem = answer.json
        self.assertEqual(problem["code"], code)
        self.assertEqual(problem["status"], status)
        return problem

    # -- submissions -----------------------------------------------------------

    def test_takes_every_form_of_submission(self):
        text = self.catalogue()
        server = self.server
        forms = {
            "csv": (text.encode(), "text/csv"),
            "gzip": (gzip.compress(text.encode()), "application/gzip"),
            "json csv": (json.dumps({"csv": text}).encode(),
                         "application/json"),
            "json rows": (
                json.dumps({"rows": list(csv.DictReader(io.StringIO(text)))})
                .encode(), "application/json"),
            "multipart": multipart({"name": "spring"}, text),
            "file first": multipart({"name": "spring"}, text, False),
        }
        for name, (body, kind) in forms.items():
            with self.subTest(name):
                answer = server.ask(
                    "POST", "/v1/jobs", body, Content_Type=kind
                )
                self.assertEqual(answer.status, 202, answer.body)
                job = answer.json["id"]
                self.assertEqual(
                    answer.headers["Location"], f"/v1/jobs/{job}"
                )
                self.assertEqual(answer.json["images"]["total"], 6)
                status = server.finished(job)
                self.assertEqual(status["state"], "completed")
                self.assertEqual(status["progress"]["done"], 6)

    def test_refuses_a_sheet_with_every_line(self):
        text = sheet([["1", "A", "ftp://a/x.jpg"], ["2", "B", ""]])
        found = self.problem(self.server.submit(text), 422, "csv-invalid")
        self.assertEqual(found["errors_total"], 2)
        self.assertEqual(found["errors"][0]["line"], 2)
        self.assertEqual(found["errors"][0]["code"], "url-scheme")
        self.assertEqual(self.server.get("/v1/jobs").json["jobs"], [])

    def test_validates_without_starting_anything(self):
        ask = self.server.ask
        text = self.catalogue().encode()
        answer = ask("POST", "/v1/validate", text, Content_Type="text/csv")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json["rows"], 3)
        answer = ask("POST", "/v1/validate", b"x", Content_Type="text/csv")
        self.problem(answer, 422, "csv-invalid")
        self.assertEqual(self.server.get("/v1/jobs").json["jobs"], [])

    def test_names_what_it_does_not_know(self):
        submit = self.server.submit
        text = self.catalogue()
        found = self.problem(submit(text, qualty=5), 422, "option-invalid")
        self.assertIn("qualty", found["detail"])
        self.problem(submit(text, target="0%"), 422, "option-invalid")
        answer = self.server.ask(
            "POST", "/v1/jobs", b"x", Content_Type="image/png"
        )
        self.problem(answer, 415, "unsupported-media-type")
        self.problem(self.server.get("/nowhere"), 404, "no-such-route")
        self.problem(self.server.get("/v1/jobs/job_x"), 404, "no-such-job")

    def test_lets_no_page_of_another_site_ask(self):
        ask = self.server.ask
        text = self.catalogue().encode()
        answer = ask("POST", "/v1/jobs", text, Content_Type="text/plain",
                     Origin="https://evil.example")
        self.problem(answer, 403, "foreign-origin")
        self.problem(
            self.server.get("/v1/jobs", Host="evil.example"), 403,
            "foreign-host",
        )
        self.assertEqual(self.server.get("/v1/jobs").json["jobs"], [])

    def test_bounds_a_submission(self):
        self.server.stop()
        self.server = self.start("http.max-csv-bytes=2000")
        text = self.catalogue(60)
        self.problem(self.server.submit(text), 413, "too-large")

    def test_tells_of_the_same_work(self):
        text = self.catalogue()
        first = self.server.submit(text).json
        self.assertNotIn("duplicate_of", first)
        second = self.server.submit(text).json
        self.assertEqual(second["duplicate_of"], first["id"])
        self.assertNotEqual(second["id"], first["id"])

    def test_answers_a_repeated_request_with_its_job(self):
        text = self.catalogue().encode()

        def submit(body, key="key-1"):
            return self.server.ask(
                "POST", "/v1/jobs", body, Content_Type="text/csv",
                Idempotency_Key=key,
            )

        first = submit(text)
        self.assertEqual(first.status, 202)
        self.server.kill()
        self.server = self.start()
        again = submit(text)
        self.assertEqual(again.status, 202)
        self.assertEqual(again.json["id"], first.json["id"])
        self.assertEqual(len(self.server.get("/v1/jobs").json["jobs"]), 1)
        other = self.catalogue(8).encode()
        self.problem(submit(other), 422, "idempotency-key-reused")
        self.problem(submit(text, "k" * 256), 422, "option-invalid")

    # -- a job -----------------------------------------------------------------

    def test_answers_with_results_and_files(self):
        job = self.server.submit(self.catalogue(), target="quality:50").json
        self.server.finished(job["id"])
        links = self.server.get(f"/v1/jobs/{job['id']}").json["links"]
        answer = self.server.get(links["results_csv"])
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        self.assertEqual(rows[0][-1], "Output Image Urls")
        self.assertEqual(len(rows), 4)
        for url in rows[1][-1].split(","):
            path = url.removeprefix(self.server.url)
            file = self.server.get(path)
            self.assertEqual(file.headers["Content-Type"], "image/jpeg")
            self.assertIn("immutable", file.headers["Cache-Control"])
            Image.open(io.BytesIO(file.body)).load()
            part = self.server.get(path, Range="bytes=0-9")
            self.assertEqual((part.status, part.body), (206, file.body[:10]))
            same = self.server.get(path, If_None_Match=file.headers["ETag"])
            self.assertEqual(same.status, 304)
        lines = self.server.get(links["results_jsonl"]).body.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual(json.loads(lines[0])["status"], "done")

    def test_gives_results_of_a_running_job_only_when_asked(self):
        job = self.server.submit(self.catalogue(path="hold/k")).json["id"]
        path = f"/v1/jobs/{job}/results.csv"
        self.problem(self.server.get(path), 409, "not-finished")
        answer = self.server.get(path + "?partial=true")
        self.assertEqual(answer.status, 200)
        self.assertEqual(len(answer.body.splitlines()), 4)

    def test_tags_a_status_and_waits_for_news(self):
        job = self.server.submit(self.catalogue(path="delay/500")).json["id"]
        path = f"/v1/jobs/{job}"
        begin = time.monotonic()
        seen = self.server.get(path)
        while seen.json["finished_at"] is None:
            seen = self.server.get(
                path + "?wait=10s", If_None_Match=seen.headers["ETag"]
            )
            self.assertEqual(seen.status, 200, "news, not a time-out")
            self.assertLess(time.monotonic() - begin, 60)
        same = self.server.get(path, If_None_Match=seen.headers["ETag"])
        self.assertEqual((same.status, same.body), (304, b""))

    def test_pauses_resumes_cancels_and_retries(self):
        job = self.server.submit(
            self.catalogue(40, path="hold/k")
        ).json["id"]

        def post(word, body=b""):
            return self.server.ask("POST", f"/v1/jobs/{job}/{word}", body)

        self.assertEqual(post("pause").json["state"], "paused")
        self.assertEqual(post("resume").json["state"], "running")
        self.problem(
            self.server.ask("DELETE", f"/v1/jobs/{job}"), 409, "wrong-state"
        )
        self.assertEqual(post("cancel").status, 202)
        # It waits for no download: they would go on for ever.
        status = self.server.finished(job)
        self.assertEqual(status["state"], "canceled")
        self.origin.release()
        self.problem(post("pause"), 409, "wrong-state")
        self.problem(post("retry", b'{"x":1}'), 422, "option-invalid")
        answer = post("retry", b'{"limit":2}')
        self.assertEqual(answer.json["attempt"], 2, answer.body)
        self.server.finished(job)
        gone = self.server.ask("DELETE", f"/v1/jobs/{job}")
        self.assertEqual(gone.status, 204)
        self.problem(self.server.get(f"/v1/jobs/{job}"), 410, "gone")

    def test_lists_jobs_page_by_page(self):
        for k in range(5):
            self.server.submit(self.catalogue(2), name=f"job {k}")
        seen, path = [], "/v1/jobs?limit=2"
        while path:
            answer = self.server.get(path)
            seen += [job["name"] for job in answer.json["jobs"]]
            link = answer.headers["Link"]
            path = link and link[1 : link.index(">")]
        self.assertEqual(seen, [f"job {k}" for k in range(4, -1, -1)])
        found = self.server.get("/v1/jobs?name=job%203").json["jobs"]
        self.assertEqual([job["name"] for job in found], ["job 3"])
        self.problem(
            self.server.get("/v1/jobs?limit=0"), 422, "option-invalid"
        )

    # -- the process -----------------------------------------------------------

    def test_goes_on_after_a_kill(self):
        text = self.catalogue(60, path="delay/100")
        job = self.server.submit(text).json["id"]
        poll(lambda: self.origin.count() > 20)
        self.server.kill()
        self.server = self.start()
        status = self.server.finished(job)
        self.assertEqual(status["state"], "completed")
        self.assertEqual(status["progress"]["done"], 60)

    def test_stops_when_asked_to_and_goes_on_later(self):
        job = self.server.submit(self.catalogue(40, path="delay/300"))
        self.assertEqual(self.server.stop(), 0)
        self.server = self.start()
        self.assertEqual(
            self.server.finished(job.json["id"])["state"], "completed"
        )

    def test_stops_when_asked_to_while_it_is_frozen(self):
        # The thread that waits for signals does not wait just then.
        for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT):
            self.server.process.send_signal(number)
            time.sleep(0.2)
        self.assertEqual(self.server.process.wait(40), 0)

    def test_is_healthy_and_ready(self):
        self.assertEqual(self.server.get("/healthz").json["status"], "ok")
        self.assertEqual(self.server.get("/readyz").json["status"], "ready")

    def test_serves_many_at_once(self):
        def client(number):
            text = self.catalogue(4, text=f"&c={number}")
            job = self.server.submit(text).json["id"]
            return self.server.finished(job)["progress"]["done"]

        with concurrent.futures.ThreadPoolExecutor(20) as clients:
            done = list(clients.map(client, range(20)))
        self.assertEqual(done, [4] * 20)


class Start(unittest.TestCase):
    def test_refuses_to_listen_for_strangers(self):
        result = harness.run(
            ["serve", "--set", 'http.address="0.0.0.0"',
             "--set", 'store.journal="/nowhere/journal"']
        )
        self.assertEqual(result.code, harness.USAGE)
        self.assertFalse(os.path.exists("/nowhere"), "opened before refused")
        self.assertIn("0.0.0.0", result.stderr)


if __name__ == "__main__":
    harness.main()
