"""Looking from a head into its workers, and acting on what is there."""

import json
import time
import urllib.error
import urllib.request

import harness
from cluster import Head, Worker, stopwatch
from harness import Case, poll, sheet


class ClusterInside(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.settings = harness.loopback(
            self.origin.port, "fetch.per-origin=64")
        self.head = Head(self.folder, self.settings)
        self.addCleanup(self.head.kill)

    def worker(self, name):
        worker = Worker(self.folder, self.head.where, name, self.settings,
                        ("--slots", "8"))
        self.addCleanup(worker.kill)
        return worker

    def begin(self, count, path, mark=""):
        base = self.origin.base
        return self.head.submit(sheet(
            [[str(k), "Mug", f"{base}/{path}/photo{k % 8}.jpg?n={k}{mark}"]
             for k in range(count)]))

    def get(self, path):
        return self.head.ask("GET", path)

    def post(self, path, **body):
        """The status, and what was answered."""
        try:
            return 202, self.head.ask("POST", path, json.dumps(body).encode())
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())

    def actors(self, **query):
        query = "&".join(f"{k}={v}" for k, v in {"top": 1000, **query}.items())
        return self.get(f"/v1/actors?{query}")["actors"]

    def running(self, name, kind="image"):
        """Waits for actors of a kind on a node."""
        return poll(lambda: self.actors(node=name, kind=kind))

    def tree(self):
        """All of the tree: each actor, and the one that it hangs below."""
        body = self.get("/v1/actors/tree?depth=10&limit=1000")
        found = {}

        def walk(branch):
            for child in branch["children"]:
                self.assertNotIn(child["id"], found)
                found[child["id"]] = (child, branch["id"])
                walk(child)

        walk(body["root"])
        return body, found

    def events(self, begun):
        request = self.head.url + begun["links"]["events"]
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read().decode()
        messages = [json.loads(line[6:]) for line in text.splitlines()
                    if line.startswith('data: {"at"')]
        return messages, text

    def test_the_tree_holds_the_actors_of_workers(self):
        for name in ("a", "b"):
            self.worker(name)
        self.head.joined("a", "b")
        job = self.begin(60, "hold/k")
        for name in ("a", "b"):
            self.running(name)

        def looks():
            body, found = self.tree()
            nodes = {i: x for i, (x, _) in found.items()
                     if x["kind"] == "node"}
            # The same by the list, as soon as all wait for the origin.
            listed = {x["id"] for x in self.actors()}
            return listed == set(found) - set(nodes) and (body, found, nodes)

        body, found, nodes = poll(looks)
        self.assertEqual(set(nodes), {"a:0", "b:0"})
        self.assertEqual(body["total"], len(found) - len(nodes))
        for name in ("a", "b"):
            below = {x["kind"] for x, parent in found.values()
                     if parent == f"{name}:0"}
            self.assertEqual(below, {"worker", "inspector"})
            rows = [(x, parent) for x, parent in found.values()
                    if x["kind"] == "row" and x["node"] == name]
            self.assertTrue(rows)
            for row, parent in rows:
                # A row hangs below its job, which is on the head.
                self.assertEqual(found[parent][0]["kind"], "job")
                self.assertEqual(found[parent][0]["node"], "head")
                self.assertEqual(row["job"], job)
            for image, parent in found.values():
                if image["kind"] == "image" and parent in found:
                    self.assertEqual(found[parent][0]["node"], image["node"])
        self.assertEqual(self.get("/v1/actors")["silent"], [])
        # One branch alone.
        branch = self.get("/v1/actors/tree?root=b:0&depth=1")["root"]
        self.assertEqual({x["kind"] for x in branch["children"]},
                         {"worker", "inspector"})
        self.post(f"/v1/jobs/{job}/cancel")

    def test_looks_into_a_worker(self):
        self.worker("a")
        self.head.joined("a")
        job = self.begin(8, "hold/k")
        image = poll(lambda: self.actors(node="a", state="downloading"))[0]
        # A message is listed once its handler is through.
        inside = poll(lambda: (
            seen := self.get(f"/v1/actors/{image['id']}")
        )["handlers"] and seen)
        self.assertEqual((inside["kind"], inside["node"], inside["job"]),
                         ("image", "a", job))
        self.assertTrue(inside["probe"]["answered"], inside)
        self.assertEqual(inside["events"][0]["text"], "downloading")
        self.assertIn("attempt", [x["message"] for x in inside["handlers"]])
        status, answer = self.post("/v1/actors/a:999999/trace")
        self.assertEqual((status, answer["code"]), (404, "no-such-actor"))
        # What holds the cluster up is where the work is.
        poll(lambda: self.get("/v1/overview")["bottleneck"]["what"]
             == "fetch")
        self.post(f"/v1/jobs/{job}/cancel")

    def test_tells_of_origins_by_node(self):
        for name in ("a", "b"):
            self.worker(name)
        self.head.joined("a", "b")
        self.begin(60, "hold/k")

        def nodes():
            body = self.get("/v1/origins")
            self.assertEqual(body["silent"], [])
            return {x["node"] for x in body["origins"] if x["active"]}

        poll(lambda: nodes() == {"a", "b"})

    def test_a_trace_of_a_worker_ends_at_its_limit(self):
        self.worker("a")
        self.head.joined("a")
        job = self.begin(4_000, "ok")
        worker = self.running("a", "worker")[0]["id"]
        self.running("a", "row")
        status, begun = self.post(f"/v1/actors/{worker}/trace", limit=40,
                                  seconds=60)
        self.assertEqual(status, 202, begun)
        messages, text = self.events(begun)
        self.assertEqual(len(messages), 40)
        self.assertIn('event: end\ndata: {"reason":"limit"}', text)
        self.assertEqual({x["to"] for x in messages}, {worker})
        self.assertTrue({x["what"] for x in messages}
                        & {"row_task", "row_report"}, messages)
        senders = {(x["from"] or "").rsplit(":", 1)[0] for x in messages}
        self.assertLessEqual(senders, {"head", "a", ""})
        # A whole job, from where its JOB is to where its images are.
        actor = self.actors(kind="job", job=job)[0]["id"]
        status, begun = self.post(f"/v1/actors/{actor}/trace", limit=300,
                                  seconds=60, whole_job=True)
        self.assertEqual(status, 202, begun)
        messages, text = self.events(begun)
        self.assertEqual(len(messages), 300)
        self.assertEqual({x["to"].split(":")[0] for x in messages},
                         {"head", "a"})
        self.post(f"/v1/jobs/{job}/cancel")

    def test_kills_on_a_worker_cost_nothing_of_the_result(self):
        self.worker("a")
        self.head.joined("a")
        count = 400
        job = self.begin(count, "pace/400/k")
        killed = {"image": 0, "row": 0}
        while min(killed.values()) < 5:
            self.assertIsNone(self.head.status(job)["finished_at"], killed)
            for kind in killed:
                some = self.actors(kind=kind, job=job, node="a")
                if some and killed[kind] < 5:
                    actor = some[len(some) // 2]["id"]
                    status, answer = self.post(f"/v1/actors/{actor}/kill",
                                               confirm=actor)
                    self.assertIn(status, (202, 404), answer)
                    killed[kind] += status == 202
            time.sleep(0.1)
        self.origin.release()
        self.assertEqual(self.head.finished(job)["state"], "completed")
        items = self.head.items(job)
        self.assertEqual(len(items), count)
        for item in items.values():
            self.assertIn(item["status"], ("done", "kept_original"))
        what = {x["what"] for x in self.get("/v1/audit")["entries"]}
        self.assertIn("actor.kill", what)
        worker = self.running("a", "worker")[0]["id"]
        status, answer = self.post(f"/v1/actors/{worker}/kill", confirm=worker)
        self.assertEqual((status, answer["code"]), (409, "not-killable"))

    def test_a_stopped_worker_is_told_as_silent(self):
        stopped = self.worker("a")
        self.worker("b")
        self.head.joined("a", "b")
        actor = self.running("a", "worker")[0]["id"]
        stopped.freeze()
        since = stopwatch()
        body = self.get("/v1/actors?top=1000")
        self.assertLess(since(), 15)
        self.assertEqual([x["node"] for x in body["silent"]], ["a"])
        self.assertNotIn("a", {x["node"] for x in body["actors"]})
        self.assertIn("b", {x["node"] for x in body["actors"]})
        _, found = self.tree()
        node = found["a:0"][0]
        self.assertEqual(node["state"], "no answer")
        self.assertIn("no answer, busy since 20", node["label"])
        self.assertEqual(found["b:0"][0]["state"], "up")
        self.assertEqual([x["node"] for x in self.get("/v1/origins")["silent"]],
                         ["a"])
        for status, answer in (
                self.post(f"/v1/actors/{actor}/kill", confirm=actor),
                self.post(f"/v1/actors/{actor}/trace")):
            self.assertEqual((status, answer["code"]), (503, "node-silent"))
        # It stays so when its connection is given up.
        poll(lambda: "a" in self.head.nodes("lost"))
        self.assertEqual([x["node"] for x in self.get("/v1/actors")["silent"]],
                         ["a"])
        stopped.thaw()
        self.head.joined("a", "b")
        poll(lambda: not self.get("/v1/actors")["silent"])
        self.running("a", "worker")

    def test_a_worker_that_leaves_is_not_missed(self):
        leaving = self.worker("a")
        self.head.joined("a")
        self.running("a", "worker")
        leaving.end()
        poll(lambda: not self.actors(node="a"))
        self.assertEqual(self.get("/v1/actors")["silent"], [])


if __name__ == "__main__":
    harness.main()
