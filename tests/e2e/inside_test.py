"""Looking inside a running service, and acting on it: actors, traces, kills."""

import csv
import io
import json
import os
import re
import time
import urllib.request

import harness
from harness import Case, poll, sheet
from service_test import Server


def post(server, path, **body):
    return server.ask("POST", path, json.dumps(body).encode(),
                      Content_Type="application/json")


class Inside(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = Server(self.folder, self.origin)
        self.addCleanup(self.server.stop)

    def begin(self, count, path, mark=""):
        base = self.origin.base
        text = sheet(
            [[str(k), "Mug",
              f"{base}/{path}/photo{k % 8}.jpg?n={k}{mark}"]
             for k in range(count)])
        job = self.server.submit(text).json["id"]
        poll(lambda: self.server.get(f"/v1/jobs/{job}").json["progress"][
            "active"])
        return job

    def actors(self, **query):
        query = "&".join(f"{k}={v}" for k, v in {"top": 1000, **query}.items())
        return self.server.get(f"/v1/actors?{query}").json["actors"]

    def kill(self, actor):
        answer = post(self.server, f"/v1/actors/{actor}/kill", confirm=actor)
        self.assertIn(answer.status, (202, 404), answer.body)
        return answer.status == 202

    def walk(self, branch):
        yield branch["id"]
        for child in branch["children"]:
            yield from self.walk(child)

    def test_the_tree_is_the_registry(self):
        job = self.begin(40, "hold/k")

        def looks():
            tree = self.server.get("/v1/actors/tree?depth=10&limit=1000").json
            listed = self.server.get("/v1/actors?top=1000").json
            walked = list(self.walk(tree["root"]))[1:]
            self.assertEqual(len(set(walked)), len(walked))
            self.assertEqual(tree["total"], len(walked))
            # Until all downloads wait for their origin, some come and go
            # between the two looks.
            known = {one["id"] for one in listed["actors"]}
            kinds = {one["kind"] for one in listed["actors"]}
            return known == set(walked) and "image" in kinds and listed

        listed = poll(looks)
        self.assertEqual(listed["silent"], [])
        kinds = {one["kind"] for one in listed["actors"]}
        self.assertEqual(kinds, {"supervisor", "job", "dispatcher", "worker",
                                 "row", "image", "journal", "archive",
                                 "notifier"})
        # A row hangs below its job, an image below its row.
        by_id = {one["id"]: one for one in listed["actors"]}
        for one in listed["actors"]:
            if one["kind"] == "image" and one["parent"] in by_id:
                row = by_id[one["parent"]]
                self.assertEqual(row["kind"], "row")
                self.assertEqual(one["job"], job)
        counted = re.findall(
            rb'pixmill_actors\{kind="(\w+)"\} (\d+)',
            self.server.get("/metrics").body)
        self.assertIn((b"supervisor", b"1"), counted)

    def test_kills_cost_nothing_of_the_result(self):
        count = 400
        job = self.begin(count, "pace/400/k")
        killed = {"image": 0, "row": 0, "job": 0}
        # More lives than a job that crashes by itself would get.
        while min(killed.values()) < 6:
            status = self.server.get(f"/v1/jobs/{job}").json
            self.assertIsNone(status["finished_at"], killed)
            for kind in killed:
                some = self.actors(kind=kind, job=job)
                if some and killed[kind] < 6:
                    killed[kind] += self.kill(some[len(some) // 2]["id"])
            time.sleep(0.1)
        self.origin.release()
        status = self.server.finished(job)
        self.assertEqual(status["state"], "completed", status)
        self.assertEqual(status["progress"]["done"]
                         + status["progress"]["kept_original"], count)
        rows = list(csv.DictReader(io.StringIO(self.server.get(
            f"/v1/jobs/{job}/results.csv").body.decode())))
        self.assertEqual(len(rows), count)
        self.assertTrue(all(row["Output Image Urls"] for row in rows))
        # Nothing was left behind.
        poll(lambda: not self.actors(job=job))
        # All room is free again: as many images are under way as before.
        again = self.begin(200, "hold/again")
        poll(lambda: self.server.get(f"/v1/jobs/{again}").json["progress"][
            "active"] == 16 * os.cpu_count())
        post(self.server, f"/v1/jobs/{again}/cancel")

    def test_a_trace_ends_at_its_limit_under_load(self):
        job = self.begin(4_000, "ok")
        actor = self.actors(kind="job", job=job)[0]["id"]
        begun = post(self.server, f"/v1/actors/{actor}/trace", limit=50,
                     seconds=30, whole_job=True)
        self.assertEqual(begun.status, 202, begun.body)
        events = self.server.get(begun.json["links"]["events"]).body.decode()
        messages = [json.loads(line[6:]) for line in events.splitlines()
                    if line.startswith("data: {\"at\"")]
        self.assertEqual(len(messages), 50)
        self.assertIn('event: end\ndata: {"reason":"limit"}', events)
        whats = {one["what"] for one in messages}
        self.assertTrue(whats & {"fetched", "row_report", "slot_report",
                                 "commit_receipt", "credit_grant"}, whats)
        self.server.ask("POST", f"/v1/jobs/{job}/cancel")

    def test_looks_into_an_actor(self):
        job = self.begin(40, "hold/k")

        def downloading():
            return self.actors(kind="image", job=job, state="downloading")

        # An image counts as active a moment before it begins, and a message is
        # listed once its handler is through.
        image = poll(downloading)[0]
        inside = poll(lambda: (
            seen := self.server.get(f"/v1/actors/{image['id']}").json
        )["handlers"] and seen)
        self.assertTrue(inside["probe"]["answered"], inside)
        self.assertEqual(inside["events"][0]["text"], "downloading")
        self.assertIn("attempt", [x["message"] for x in inside["handlers"]])
        supervisor = self.actors(kind="supervisor")[0]["id"]
        inside = self.server.get(f"/v1/actors/{supervisor}").json
        self.assertEqual([x["kind"] for x in inside["children"]], ["job"])


if __name__ == "__main__":
    harness.main()
