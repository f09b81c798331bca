"""What an operator sees of `pixmill serve`: ids, traces, logs, metrics."""

import http.server
import os
import signal
import threading

import harness
from harness import Case, log_lines, sheet
from service_test import Server

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class RecordingOrigin:
    """Serves one picture and keeps what the requests say of their trace."""

    def __init__(self, picture):
        with open(picture, "rb") as file:
            body = file.read()
        self.traces = traces = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                traces.append(self.headers["traceparent"])
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler
        )
        self.port = self.server.server_address[1]
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Sight(Case):
    def setUp(self):
        super().setUp()
        self.origin = RecordingOrigin(
            os.path.join(self.pictures, "tiny.jpg")
        )
        self.addCleanup(self.origin.stop)
        self.log = os.path.join(self.folder, "log")
        self.server = Server(
            self.folder, self.origin, "log.json=true", f"log.file={self.log}"
        )
        self.addCleanup(lambda: self.server.stop())

    def catalogue(self, count=3):
        return sheet(
            [[k, f"p{k}", [f"{self.origin.base}/{k}.jpg?token=secret"]]
             for k in range(count)]
        )

    def submit(self, **headers):
        return self.server.ask(
            "POST", "/v1/jobs?name=spring", self.catalogue().encode(),
            Content_Type="text/csv", **headers,
        )

    def metrics(self):
        answer = self.server.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertTrue(
            answer.headers["Content-Type"].startswith("text/plain; version=")
        )
        return {
            line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in answer.body.decode().splitlines()
            if not line.startswith("#")
        }

    def test_names_each_request(self):
        answer = self.server.get("/v1/jobs/job_x")
        name = answer.headers["X-Request-Id"]
        self.assertTrue(name.startswith("req_"))
        self.assertEqual(answer.json["request_id"], name)
        self.assertNotEqual(
            self.server.get("/healthz").headers["X-Request-Id"], name
        )
        answer = self.server.get("/nowhere", X_Request_Id="mine-1")
        self.assertEqual(answer.headers["X-Request-Id"], "mine-1")
        self.assertEqual(answer.json["request_id"], "mine-1")
        answer = self.server.get("/nowhere", X_Request_Id="not mine")
        self.assertTrue(answer.headers["X-Request-Id"].startswith("req_"))

    def test_follows_a_trace_to_the_origin_and_into_the_log(self):
        job = self.submit(traceparent=PARENT).json["id"]
        self.server.finished(job)
        spans = {trace for trace in self.origin.traces}
        self.assertEqual(len(spans), 3, "one of its own for each request")
        for trace in spans:
            self.assertRegex(trace, f"^00-{TRACE}-[0-9a-f]{{16}}-01$")
            self.assertNotEqual(trace, PARENT)
        lines = log_lines(
            self.log,
            lambda x: (x.get("trace_id"), x.get("method")) == (TRACE, "POST"),
            lambda x: (x.get("trace_id"), x.get("state"))
            == (TRACE, "completed"),
        )
        told = [x for x in lines if x.get("trace_id") == TRACE]
        self.assertEqual({x.get("job") for x in told}, {job})
        self.submit()
        self.submit(traceparent=PARENT.upper())
        harness.poll(lambda: len(self.origin.traces) == 9)
        self.assertEqual(self.origin.traces[3:], [None] * 6)

    def test_logs_requests_without_secrets(self):
        job = self.submit(X_Request_Id="mine-2").json["id"]
        self.server.finished(job)
        self.server.get("/v1/jobs?cursor=secret")
        self.server.stop()
        lines = log_lines(self.log)
        posted = [x for x in lines if x.get("method") == "POST"]
        self.assertEqual(len(posted), 1)
        entry = posted[0]
        self.assertEqual(entry["path"], "/v1/jobs?name=…")
        self.assertEqual(
            (entry["status"], entry["job"], entry["request_id"]),
            (202, job, "mine-2"),
        )
        self.assertGreater(entry["bytes"], 100)
        self.assertIn("ms", entry)
        with open(self.log) as file:
            self.assertNotIn("secret", file.read())

    def test_counts_what_it_does(self):
        job = self.submit().json["id"]
        self.server.finished(job)
        self.server.get("/nowhere")
        # A request is counted when its answer has been sent.
        nowhere = ('pixmill_http_requests_total{route="other",method="GET",'
                   'status="404"}')
        seen = harness.poll(
            lambda: nowhere in (found := self.metrics()) and found
        )
        self.assertEqual(seen['pixmill_jobs{state="completed"}'], 1)
        self.assertEqual(
            sum(v for k, v in seen.items() if "pixmill_items_total" in k), 3
        )
        self.assertGreater(seen["pixmill_source_bytes_total"], 100)
        self.assertEqual(seen["pixmill_fetches_total"], 3)
        self.assertEqual(seen['pixmill_actors{kind="journal"}'], 1)
        self.assertEqual(seen["pixmill_webhook_pending"], 0)
        self.assertGreater(seen["pixmill_journal_commit_seconds_count"], 0)
        self.assertEqual(seen[nowhere], 1)
        text = self.server.get("/metrics").body.decode()
        self.assertNotIn(job, text)
        self.assertNotIn(self.origin.base, text)

    def test_says_that_it_ends_before_it_does(self):
        self.server.stop()
        self.server = Server(
            self.folder, self.origin, "log.json=true",
            f"log.file={self.log}2", "http.drain-delay=6s",
        )
        self.assertEqual(self.server.get("/readyz").status, 200)
        self.server.process.send_signal(signal.SIGTERM)
        answer = harness.poll(
            lambda: (a := self.server.get("/readyz")).status == 503 and a
        )
        self.assertEqual(answer.json["code"], "draining")
        self.assertEqual(self.submit().json["code"], "draining")
        self.assertEqual(self.server.get("/v1/jobs").status, 200)
        self.assertEqual(self.server.process.wait(30), 0)

    def test_keeps_quiet_about_requests_when_told_to(self):
        self.server.stop()
        self.server = Server(
            self.folder, self.origin, "log.json=true",
            f"log.file={self.log}2", "log.access=false",
        )
        self.server.get("/v1/jobs")
        self.server.stop()
        with open(self.log + "2") as file:
            self.assertNotIn('"method"', file.read())


if __name__ == "__main__":
    harness.main()
