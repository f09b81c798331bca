"""What is read of a job over HTTP: items, rows, events."""

import csv
import hashlib
import http.client
import io
import json
import os
import subprocess
import threading
import time
import urllib.parse
import zipfile

import harness
from events import Stream
from harness import Case, poll, sheet
from service_test import Server

SETTLED = ("done", "kept_original", "failed", "skipped", "canceled")


class Reading(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = self.start()

    def start(self, *settings, port=0):
        server = Server(self.folder, self.origin, *settings, port=port)
        self.addCleanup(server.stop)
        return server

    def photos(self, count, path="ok"):
        """Rows of two pictures each."""
        urls = [
            f"{self.origin.base}/{path}/photo{k % 8}.jpg?n={k}"
            for k in range(count)
        ]
        return [[str(k), "Mug", urls[k : k + 2]] for k in range(0, count, 2)]

    def mixed(self):
        """Pictures, failures of several kinds, one URL twice."""
        base = self.origin.base
        other = f"http://localhost:{self.origin.port}"
        return sheet([
            ["1", "Mug", [f"{base}/ok/photo0.jpg", f"{base}/status/404"]],
            ["2", "Cup", [f"{base}/page.jpg", f"{base}/ok/photo0.jpg"]],
            ["3", "Täss", [f"{other}/status/410"]],
            ["4", "Jug", [f"{base}/ok/photo1.jpg", f"{other}/empty",
                          f"{base}/ok/photo2.jpg"]],
        ])

    def submit(self, text, **query):
        answer = self.server.submit(text, **query)
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def pages(self, path, member):
        """All entries of a list, page by page."""
        seen = []
        while path:
            answer = self.server.get(path)
            self.assertEqual(answer.status, 200, answer.body)
            seen += answer.json[member]
            link = answer.headers["Link"]
            self.assertEqual(link is None, answer.json["next_cursor"] is None)
            path = link and link[1 : link.index(">")]
        return seen

    def items(self, job, limit=100, **filters):
        query = urllib.parse.urlencode({"limit": limit, **filters})
        return self.pages(f"/v1/jobs/{job}/items?{query}", "items")

    def stream(self, job, last_id=None, query=""):
        stream = Stream(
            self.server.url, f"/v1/jobs/{job}/events{query}", last_id
        )
        self.addCleanup(stream.close)
        return stream

    # -- items and rows --------------------------------------------------------

    def test_items_say_what_the_results_say(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        results = [
            json.loads(line) for line in
            self.server.get(f"/v1/jobs/{job}/results.jsonl").body.splitlines()
        ]
        self.assertEqual(len(results), 8)
        for limit in (1, 3, 100):
            items = self.items(job, limit)
            for item, result in zip(items, results, strict=True):
                for name in ("row", "slot", "url", "output", "bytes_in",
                             "bytes_out", "quality", "ssim", "sha256", "width",
                             "height", "milliseconds", "node", "attempts",
                             "ssim_worst", "chroma_ssim", "chroma_ssim_worst",
                             "ratio", "format", "format_reason"):
                    self.assertEqual(item[name], result[name], name)
                self.assertEqual(item["state"], result["status"])
                self.assertEqual(
                    item["error"] and item["error"]["code"],
                    result["error"] and result["error"]["code"],
                )
        self.assertEqual({i["host"] for i in items}, {"127.0.0.1",
                                                      "localhost"})
        codes = {
            (i["error"]["code"], i["error"]["kind"])
            for i in items if i["error"]
        }
        self.assertEqual(codes, {
            ("http_404", "permanent"), ("not_an_image", "permanent"),
            ("http_410", "permanent"), ("empty_body", "transient"),
        })

    def test_items_are_found_by_status_code_and_host(self):
        job = self.submit(self.mixed())
        status = self.server.finished(job)

        def places(**filters):
            return [
                (i["row"], i["slot"]) for i in self.items(job, 1, **filters)
            ]

        failed = [(1, 1), (2, 0), (3, 0), (4, 1)]
        self.assertEqual(places(status="failed"), failed)
        self.assertEqual(places(status="failed,skipped"), failed)
        self.assertEqual(
            places(status="done,kept_original"),
            [(1, 0), (2, 1), (4, 0), (4, 2)],
        )
        self.assertEqual(places(code="http_404"), [(1, 1)])
        self.assertEqual(places(code="http_410,empty_body"), [(3, 0), (4, 1)])
        self.assertEqual(places(host="LOCALHOST"), [(3, 0), (4, 1)])
        self.assertEqual(places(status="failed", host="127.0.0.1"), failed[:2])
        self.assertEqual(places(status="pending,active"), [])
        self.assertEqual(places(status="done", code="http_404"), [])
        for code, count in status["failures"].items():
            self.assertEqual(len(places(code=code)), count)
        for query, name in (("status=broken", "broken"), ("code=http", "http"),
                            ("cursor=x", "cursor"), ("limit=1001", "limit")):
            answer = self.server.get(f"/v1/jobs/{job}/items?{query}")
            self.assertEqual(answer.status, 422)
            self.assertEqual(answer.json["code"], "option-invalid")
            self.assertIn(name, answer.json["detail"])

    def test_an_item_is_found_by_its_id(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        items = self.items(job)
        self.assertEqual(len({i["id"] for i in items}), len(items))
        for item in items:
            self.assertRegex(item["id"], "^itm_[0-9A-HJKMNP-TV-Z]{26}$")
            found = self.server.get(f"/v1/jobs/{job}/items/{item['id']}")
            self.assertEqual(found.json, item)
        missing = self.server.get(f"/v1/jobs/{job}/items/itm_1")
        self.assertEqual((missing.status, missing.json["code"]),
                         (404, "no-such-item"))

    def test_rows_have_items_and_counts(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        rows = self.pages(f"/v1/jobs/{job}/rows?limit=3", "rows")
        self.assertEqual([r["row"] for r in rows], [1, 2, 3, 4])
        self.assertEqual(
            [(r["serial"], r["name"]) for r in rows],
            [("1", "Mug"), ("2", "Cup"), ("3", "Täss"), ("4", "Jug")],
        )
        states = [[i["state"] for i in r["items"]] for r in rows]
        self.assertEqual(states[2], ["failed"])
        for row in rows:
            self.assertEqual(sum(row["counts"].values()), row["total"])
            self.assertEqual(len(row["items"]), row["total"])
        same = self.server.get(f"/v1/jobs/{job}/rows")
        again = self.server.get(
            f"/v1/jobs/{job}/rows", If_None_Match=same.headers["ETag"]
        )
        self.assertEqual((again.status, again.body), (304, b""))

    def test_items_under_way_are_told_from_those_that_wait(self):
        self.server.stop()
        self.server = self.start("jobs.slots=3")
        job = self.submit(sheet(
            self.photos(4) + self.photos(36, "hold/k")
        ))
        poll(lambda: self.server.get(f"/v1/jobs/{job}").json["progress"]["done"]
             == 4)
        active = poll(lambda: (
            found := self.items(job, status="active")
        ) and len(found) == 3 and found)
        self.assertTrue(all(
            i["state"] in ("downloading", "compressing", "storing")
            for i in active
        ))
        waiting = self.items(job, 7, status="pending")
        self.assertEqual(len(waiting), 33)
        places = [(i["row"], i["slot"]) for i in waiting]
        self.assertEqual(places, sorted(set(places)))
        self.assertEqual(len(self.items(job, 9)), 40)
        self.server.ask("POST", f"/v1/jobs/{job}/cancel", b"")
        status = self.server.finished(job)
        canceled = self.items(job, 9, status="canceled")
        self.assertEqual(len(canceled), status["progress"]["canceled"])
        self.assertEqual(self.items(job, 9, status="pending,active"), [])

    def test_counts_always_sum_and_never_go_back(self):
        # The last ones wait until there were some looks.
        job = self.submit(sheet(
            self.photos(56, "delay/30") + self.photos(4, "hold/k")
        ))
        before = dict.fromkeys(SETTLED, 0)
        looks = 0
        while True:
            status = self.server.get(f"/v1/jobs/{job}").json
            progress = status["progress"]
            total = progress.pop("total")
            self.assertEqual(sum(progress.values()), total)
            for state in SETTLED:
                self.assertGreaterEqual(progress[state], before[state])
            self.assertEqual(
                sum(status["failures"].values()),
                progress["failed"] + progress["skipped"] + progress["canceled"],
            )
            before = progress
            looks += 1
            if looks == 6:
                self.origin.release()
            if status["finished_at"]:
                break
        self.assertGreater(looks, 6)

    # -- files and archives ------------------------------------------------------

    def file_of(self, job):
        item = self.items(job, status="done")[0]
        return urllib.parse.urlsplit(item["output"]).path, item

    def test_files_are_read_in_parts(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        path, item = self.file_of(job)
        whole = self.server.get(path)
        size = item["bytes_out"]
        self.assertEqual(len(whole.body), size)
        etag = whole.headers["ETag"]
        self.assertEqual(etag, f'"{item["sha256"]}"')
        self.assertIn("immutable", whole.headers["Cache-Control"])
        self.assertEqual(whole.headers["Accept-Ranges"], "bytes")
        self.assertEqual(whole.headers["X-Content-Type-Options"], "nosniff")
        for field, first, last in (
            ("0-0", 0, 0), ("10-19", 10, 19), (f"{size - 5}-", size - 5, None),
            ("-7", size - 7, None), (f"5-{size * 2}", 5, None),
            (f"-{size * 2}", 0, None),
        ):
            part = self.server.get(path, Range=f"bytes={field}")
            last = size - 1 if last is None else last
            self.assertEqual(part.status, 206, field)
            self.assertEqual(part.body, whole.body[first : last + 1], field)
            self.assertEqual(part.headers["Content-Range"],
                             f"bytes {first}-{last}/{size}")
            self.assertEqual(part.headers["Content-Length"],
                             str(last - first + 1))
            self.assertEqual(part.headers["ETag"], etag)
        for field in (f"{size}-", "-0"):
            outside = self.server.get(path, Range=f"bytes={field}")
            self.assertEqual(outside.status, 416)
            self.assertEqual(outside.headers["Content-Range"],
                             f"bytes */{size}")
        several = self.server.get(path, Range="bytes=0-1,3-4")
        self.assertEqual(several.status, 416)
        for condition, status in ((etag, 206), ('"other"', 200),
                                  (f"W/{etag}", 200)):
            answer = self.server.get(path, Range="bytes=0-9",
                                     If_Range=condition)
            self.assertEqual(answer.status, status, condition)
        same = self.server.get(path, If_None_Match=etag, Range="bytes=0-9")
        self.assertEqual((same.status, same.body), (304, b""))
        head = self.server.ask("HEAD", path)
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(head.headers["Content-Length"], str(size))
        self.assertEqual(head.headers["ETag"], etag)
        missing = "/v1/files/" + "0" * 64 + "/x.jpg"
        self.assertEqual(
            self.server.get(missing, If_None_Match="*").status, 404
        )
        status = self.server.get(f"/v1/jobs/{job}", Range="bytes=0-9")
        self.assertEqual(status.status, 200)
        self.assertEqual(status.json["id"], job)

    def test_an_archive_holds_the_stored_files_and_links_them(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        answer = self.server.get(f"/v1/jobs/{job}/results.zip?report=full")
        self.assertEqual(answer.status, 200, answer.body[:500])
        self.assertEqual(answer.headers["Content-Type"], "application/zip")
        archive = zipfile.ZipFile(io.BytesIO(answer.body))
        self.assertIsNone(archive.testzip())
        stored = {i["sha256"]: i for i in self.items(job) if i["sha256"]}
        names = set(archive.namelist()) - {"results.csv"}
        hashes = {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in names
        }
        self.assertEqual(sorted(hashes.values()), sorted(stored))
        for name, sha256 in hashes.items():
            self.assertEqual(
                archive.getinfo(name).file_size, stored[sha256]["bytes_out"]
            )
            self.assertEqual(
                archive.getinfo(name).compress_type, zipfile.ZIP_STORED
            )
        rows = list(csv.DictReader(
            io.StringIO(archive.read("results.csv").decode())
        ))
        links = [r["Output Image Urls"].split(",") for r in rows]
        items = iter(self.items(job))
        for row in links:
            for link in row:
                sha256 = next(items)["sha256"]
                self.assertEqual(hashes[link] if link else None, sha256)
        self.assertIn("http_404", rows[0]["Error"])
        path = os.path.join(self.folder, "results.zip")
        with open(path, "wb") as file:
            file.write(answer.body)
        for command in (["unzip", "-tq", path], ["bsdtar", "-tf", path],
                        ["bsdtar", "-xOf", "-"]):
            with open(path, "rb") as file:
                done = subprocess.run(command, stdin=file, capture_output=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        out = os.path.join(self.folder, "client.zip")
        verb = harness.run(["results", job, "--format", "zip", "--out", out,
                            "--url", self.server.url])
        self.assertEqual(verb.code, 0, verb.stderr)
        with zipfile.ZipFile(out) as again:
            self.assertEqual(set(again.namelist()), names | {"results.csv"})

    def test_an_archive_of_a_running_job_is_asked_for_as_partial(self):
        job = self.submit(sheet(self.photos(20, "hold/k")))
        path = f"/v1/jobs/{job}/results.zip"
        self.assertEqual(self.server.get(path).json["code"], "not-finished")
        answer = self.server.get(path + "?partial=true")
        names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
        self.assertIn("results.csv", names)

    # -- events ----------------------------------------------------------------

    def test_events_tell_of_a_job_from_its_first_item_to_its_end(self):
        job = self.submit(sheet(self.photos(30, "delay/100")))
        begun = time.monotonic()
        stream = self.stream(job)
        self.assertEqual(stream.headers["Content-Type"], "text/event-stream")
        self.assertEqual(stream.headers["Cache-Control"], "no-store")
        events = list(stream)
        seconds = time.monotonic() - begun
        self.assertIsNotNone(stream.retry)
        kinds = [e.kind for e in events]
        self.assertEqual(kinds[-1], "end")
        self.assertEqual(kinds.count("end"), 1)
        self.assertLessEqual(kinds.count("progress"), 4 * seconds + 2)
        items = [e.json["id"] for e in events if e.kind == "item"]
        self.assertEqual(len(items), 30)
        self.assertEqual(set(items), {i["id"] for i in self.items(job)})
        states = [e.json["state"] for e in events if e.kind == "state"]
        self.assertEqual(states[-1], "completed")
        self.assertEqual(events[-1].json["progress"]["done"], 30)
        told = [e.json["progress"] for e in events if e.kind == "progress"]
        for one, next_one in zip(told, told[1:]):
            self.assertNotEqual(one, next_one)

    def test_events_of_a_settled_job_are_told_again_and_end(self):
        job = self.submit(self.mixed())
        self.server.finished(job)
        events = list(self.stream(job))
        self.assertEqual([e.kind for e in events],
                         ["item"] * 8 + ["state", "progress", "end"])
        middle = list(self.stream(job, events[4].id))
        self.assertEqual([e.data for e in middle[:-3]],
                         [e.data for e in events[5:8]])
        asked = list(self.stream(job, query=f"?last_event_id={events[6].id}"))
        self.assertEqual([e.kind for e in asked],
                         ["item", "state", "progress", "end"])
        # Who has seen the end is told not to come again.
        self.assertEqual(self.stream(job, events[-1].id).status, 204)
        self.assertEqual(
            [e.kind for e in self.stream(job, query="?items=false")],
            ["state", "progress", "end"],
        )
        # A position that is none is the beginning.
        self.assertEqual(len(list(self.stream(job, "gibberish"))), 11)

    def follow(self, job, cut):
        """Reads on after each cut; `cut` decides after which event."""
        seen, last_id, kinds = [], None, []
        while True:
            try:
                stream = self.stream(job, last_id)
                if stream.status == 204:
                    return seen, kinds
                for event in stream:
                    kinds.append(event.kind)
                    last_id = event.id
                    if event.kind == "item":
                        seen.append(event.json["id"])
                    if event.kind == "end":
                        return seen, kinds
                    if cut(len(seen)):
                        break
                stream.close()
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)

    def test_a_stream_that_is_cut_goes_on_without_gap_or_repetition(self):
        job = self.submit(sheet(self.photos(40, "delay/50")))
        seen, _ = self.follow(job, lambda count: count % 3 == 2)
        self.assertEqual(len(seen), 40)
        self.assertEqual(set(seen), {i["id"] for i in self.items(job)})

    def test_a_stream_goes_on_after_a_kill(self):
        port = harness.free_port()
        self.server.stop()
        self.server = self.start("jobs.slots=4", port=port)
        job = self.submit(sheet(self.photos(60, "delay/60")))

        def kills():
            for _ in range(2):
                time.sleep(0.7)
                self.server.kill()
                self.server = self.start("jobs.slots=4", port=port)

        thread = threading.Thread(target=kills)
        thread.start()
        seen, _ = self.follow(job, lambda count: False)
        thread.join()
        self.assertEqual(len(seen), 60)
        self.assertEqual(set(seen), {i["id"] for i in self.items(job)})

    def test_items_that_are_tried_again_are_told_again(self):
        base = self.origin.base
        job = self.submit(sheet([
            ["1", "A", [f"{base}/ok/photo0.jpg", f"{base}/after/1/404/x/"
                        "photo1.jpg"]],
        ]))
        self.assertEqual(
            self.server.finished(job)["state"], "completed_with_errors"
        )
        first = list(self.stream(job))
        self.server.ask("POST", f"/v1/jobs/{job}/retry", b"")
        more = [e for e in self.stream(job, first[-1].id) if e.kind == "item"]
        self.assertEqual([e.json["state"] for e in more], ["done"])
        whole = [e.json for e in self.stream(job) if e.kind == "item"]
        self.assertEqual(sorted((i["row"], i["slot"]) for i in whole),
                         [(1, 0), (1, 1)])

    def test_streams_are_bounded_and_end_when_they_should(self):
        self.server.stop()
        self.server = self.start("http.stream-threads=3")
        job = self.submit(sheet(self.photos(40, "hold/k")))
        streams = [self.stream(job) for _ in range(3)]
        for stream in streams:
            self.assertEqual(next(iter(stream)).kind, "state")
        full = self.stream(job)
        self.assertEqual(full.status, 503)
        self.assertEqual(json.loads(full.answer.read())["code"],
                         "streams-exhausted")
        # The one who leaves makes room.
        streams.pop().close()
        poll(lambda: self.stream(job).status == 200)
        begun = time.monotonic()
        self.assertEqual(self.server.stop(), 0)
        # The service gives up on its connections after ten.
        self.assertLess(time.monotonic() - begun, 9)

    def test_a_stream_ends_when_its_job_is_purged(self):
        job = self.submit(sheet(self.photos(8, "hold/k")))
        self.server.ask("POST", f"/v1/jobs/{job}/cancel", b"")
        self.server.finished(job)
        self.assertEqual(list(self.stream(job))[-1].kind, "end")
        self.assertEqual(
            self.server.ask("DELETE", f"/v1/jobs/{job}").status, 204
        )
        self.assertEqual(self.stream(job, "0").status, 410)

    def test_a_stream_of_no_job_is_refused(self):
        self.assertEqual(self.stream("job_0").status, 404)


if __name__ == "__main__":
    harness.main()
