"""The plain routes of simpler services: /upload, /status, /download."""

import csv
import io
import unittest
import uuid

import harness
from harness import Case, poll, sheet
from service_test import Server


def form(**fields):
    """A multipart body; fields whose name is `file` or `csv` are files."""
    boundary = uuid.uuid4().hex
    body = ""
    for name, value in fields.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'
        if name in ("file", "csv"):
            body += '; filename="a.csv"\r\nContent-Type: text/csv'
        body += f"\r\n\r\n{value}\r\n"
    return (body + f"--{boundary}--\r\n").encode(), (
        f"multipart/form-data; boundary={boundary}"
    )


class Compat(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = self.start("http.compat=true")

    def start(self, *settings):
        server = Server(self.folder, self.origin, *settings)
        self.addCleanup(server.stop)
        return server

    def catalogue(self, path="ok", count=3):
        base = self.origin.base
        return sheet(
            [[str(k), "Mug", f"{base}/{path}/photo{k}.jpg"]
             for k in range(count)]
        )

    def upload(self, query="", **fields):
        body, kind = form(**fields)
        return self.server.ask("POST", "/upload" + query, body,
                               Content_Type=kind)

    def test_takes_options_in_the_query(self):
        answer = self.upload("?target=quality:50", file=self.catalogue())
        job = answer.json["id"]
        self.server.finished(job)
        items = self.server.get(f"/v1/jobs/{job}/items").json["items"]
        self.assertEqual({item["quality"] for item in items}, {50})
        answer = self.upload("?targett=50%25", file=self.catalogue())
        self.assertEqual((answer.status, answer.json["code"]),
                         (422, "option-invalid"))

    def test_goes_from_upload_to_download(self):
        for field in ("file", "csv"):
            with self.subTest(field):
                answer = self.upload(**{field: self.catalogue()})
                self.assertEqual(answer.status, 202, answer.body)
                job = answer.json["request_id"]
                self.assertEqual(answer.json["id"], job)
                self.assertIn(
                    answer.json["status"], ("pending", "processing")
                )
                self.server.finished(job)
                status = self.server.get(f"/status/{job}")
                self.assertEqual(status.status, 200)
                self.assertEqual(
                    status.json,
                    {"request_id": job, "id": job, "status": "completed",
                     "done": 3, "failed": 0, "total": 3},
                )
                answer = self.server.get(f"/download/{job}")
                rows = list(csv.reader(io.StringIO(answer.body.decode())))
                self.assertEqual(rows[0][-1], "Output Image Urls")
                self.assertEqual(len(rows), 4)
                for row in rows[1:]:
                    path = row[-1].removeprefix(self.server.url)
                    self.assertEqual(self.server.get(path).status, 200)

    def test_counts_what_failed(self):
        base = self.origin.base
        text = sheet([["1", "A", f"{base}/ok/photo1.jpg,{base}/status/404"]])
        job = self.upload(file=text).json["id"]
        self.server.finished(job)
        status = self.server.get(f"/status/{job}").json
        self.assertEqual(
            (status["status"], status["done"], status["failed"]),
            ("completed", 1, 1),
        )

    def test_says_that_it_has_not_finished(self):
        job = self.upload(file=self.catalogue("hold/k")).json["id"]
        answer = self.server.get(f"/download/{job}")
        self.assertEqual(answer.status, 409)
        self.assertEqual(answer.json["code"], "not-finished")
        poll(lambda: self.server.get(f"/status/{job}").json["status"]
             == "processing")
        self.server.ask("POST", f"/v1/jobs/{job}/cancel", b"")
        self.server.finished(job)
        self.assertEqual(
            self.server.get(f"/status/{job}").json["status"], "failed"
        )

    def test_refuses_what_it_cannot_use(self):
        for path in ("/status/job_x", "/download/job_x"):
            answer = self.server.get(path)
            self.assertEqual(answer.status, 404)
            self.assertEqual(answer.json["code"], "no-such-job")
        answer = self.upload(file="1,A,ftp://a/x.jpg\n")
        self.assertEqual((answer.status, answer.json["code"]),
                         (422, "csv-invalid"))
        for fields in ({"data": "x"}, {"webhook_url": "https://a.example/"},
                       {"file": self.catalogue(), "webhook_url": "ftp://a"}):
            answer = self.upload(**fields)
            self.assertEqual((answer.status, answer.json["code"]),
                             (422, "option-invalid"), fields)
        answer = self.server.ask("POST", "/upload", b"x",
                                 Content_Type="text/csv")
        self.assertEqual((answer.status, answer.json["code"]),
                         (415, "unsupported-media-type"))
        self.assertEqual(self.server.get("/v1/jobs").json["jobs"], [])

    def test_is_off_unless_asked_for(self):
        self.server.stop()
        self.server = self.start()
        self.assertEqual(self.upload(file=self.catalogue()).status, 404)
        for path in ("/status/job_x", "/download/job_x"):
            self.assertEqual(
                self.server.get(path).json["code"], "no-such-route"
            )


if __name__ == "__main__":
    harness.main()
