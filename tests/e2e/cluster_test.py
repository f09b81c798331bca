"""A head with workers in processes of their own."""

import hashlib
import io
import os
import signal
import subprocess
import time

from PIL import Image

import harness
from cluster import ClusterCase, Worker, stopwatch
from harness import poll, sheet


class Cluster(ClusterCase):
    def setUp(self):
        super().setUp()
        self.settings = harness.loopback(
            self.origin.port, "fetch.per-origin=64",
            # On one machine all see the same folder; that is tested elsewhere.
            "cluster.direct=false")

    def requests(self):
        return sum(self.origin.requests().values())

    def test_makes_the_same_images_as_one_machine(self):
        text = self.catalogue(40)
        self.assertExit(harness.OK, self.run_sheet(text, self.origin))
        alone = {(i["row"], i["slot"]): i["sha256"] for i in self.items()}
        head = self.head()
        names = ("a", "b")
        for name in names:
            self.worker(head, name, "--slots", "4")
        head.joined(*names)
        job = head.submit(text)
        items = self.complete(head, job, 40)
        self.assertEqual({k: i["sha256"] for k, i in items.items()}, alone)
        self.assertEqual({i["node"] for i in items.values()}, set(names))
        nodes = head.status(job)["nodes"]
        self.assertEqual({n["name"] for n in nodes}, set(names))
        self.assertEqual(sum(n["images"] for n in nodes), 40)
        for item in list(items.values())[:8]:
            image = head.image(item)
            self.assertEqual(hashlib.sha256(image).hexdigest(), item["sha256"])
            Image.open(io.BytesIO(image)).load()

    def test_gives_the_work_of_a_killed_worker_to_others(self):
        head = self.head()
        first = self.worker(head, "a", "--slots", "8")
        head.joined("a")
        job = head.submit(self.catalogue(16, "hold/k"))
        poll(lambda: head.nodes()["a"]["used"] == 8)
        self.worker(head, "b", "--slots", "8")
        poll(lambda: head.nodes().get("b", {}).get("used") == 8)
        poll(lambda: self.origin.count() == 16)
        first.signal(signal.SIGKILL)
        since = stopwatch()
        head.joined("b")
        lost = since()
        self.assertEqual(head.nodes("lost").keys(), {"a"})
        self.origin.release()
        items = self.complete(head, job, 16)
        self.assertEqual({i["node"] for i in items.values()}, {"b"})
        self.assertEqual(self.origin.count(), 24)
        # Its connection says so, long before its silence would: bench/cluster
        # measures how soon.
        self.assertLess(lost, 3)
        head.says("node lost node=a")
        head.says("leases of a node are void")

    def test_fences_a_frozen_worker(self):
        head = self.head()
        frozen = self.worker(head, "a", "--slots", "8")
        head.joined("a")
        job = head.submit(self.catalogue(24, "hold/k"))
        poll(lambda: head.nodes()["a"]["used"] == 8)
        self.worker(head, "b", "--slots", "8")
        frozen.freeze()
        since = stopwatch()
        poll(lambda: "a" in head.nodes("lost"))
        self.assertLess(since(), 15)
        self.origin.release()
        items = self.complete(head, job, 24)
        self.assertEqual({i["node"] for i in items.values()}, {"b"})
        frozen.thaw()
        head.joined("a", "b")  # By itself.
        again = head.submit(self.catalogue(16, mark="&again"))
        items = self.complete(head, again, 16)

    def test_drains_a_worker(self):
        head = self.head()
        drained = self.worker(head, "a", "--slots", "6")
        self.worker(head, "b", "--slots", "6")
        head.joined("a", "b")
        job = head.submit(self.catalogue(100, "pace/1000/k"))
        poll(lambda: head.nodes()["a"]["used"] > 0)
        told = harness.run(["drain", "a", "--wait", "--url", head.url])
        self.assertExit(harness.OK, told)
        self.assertEqual(drained.wait(), 0)
        self.origin.release()
        self.complete(head, job, 100)
        # Nothing was done twice, and nobody took it for lost.
        self.assertEqual(self.requests(), 100)
        poll(lambda: "a" not in head.nodes())
        self.assertNotIn("node lost", head.log())

    def test_drains_for_a_while(self):
        head = self.head()
        worker = self.worker(head, "a", "--slots", "6")
        head.joined("a")
        self.assertExit(harness.OK, harness.run(
            ["drain", "a", "--url", head.url]))
        poll(lambda: set(head.nodes("draining")) == {"a"})
        job = head.submit(self.catalogue(6))
        time.sleep(0.5)
        self.assertEqual(head.status(job)["progress"]["pending"], 6)
        self.assertExit(harness.OK, harness.run(
            ["undrain", "a", "--url", head.url]))
        self.complete(head, job, 6)
        self.assertIsNone(worker.process.poll())

    def test_ends_a_worker_as_if_drained(self):
        head = self.head()
        ended = self.worker(head, "a", "--slots", "6")
        self.worker(head, "b", "--slots", "6")
        head.joined("a", "b")
        job = head.submit(self.catalogue(100, "pace/1000/k"))
        poll(lambda: head.nodes()["a"]["used"] > 0)
        self.assertEqual(ended.end(), 0)
        self.origin.release()
        self.complete(head, job, 100)
        self.assertEqual(self.requests(), 100)
        self.assertNotIn("node lost", head.log())

    def test_ends_a_worker_at_its_deadline(self):
        head = self.head()
        ended = self.worker(head, "a", "--slots", "4",
                            "--set", "cluster.drain-deadline=500ms")
        head.joined("a")
        job = head.submit(self.catalogue(4, "hold/k"))
        poll(lambda: head.nodes()["a"]["used"] == 4)
        # What it has would go on until it is released.
        self.assertEqual(ended.end(), harness.INTERRUPTED)
        self.origin.release()
        self.worker(head, "b", "--slots", "4")
        self.complete(head, job, 4)

    def test_keeps_what_is_finished_for_a_head_that_is_away(self):
        head = self.head()
        self.worker(head, "a", "--slots", "8")
        head.joined("a")
        job = head.submit(self.catalogue(8, "hold/k"))
        poll(lambda: self.origin.count() == 8)
        head.kill()
        self.origin.release()
        time.sleep(5)  # Meanwhile it finishes all that it has.
        head.start()
        items = self.complete(head, job, 8)
        self.assertEqual(len(items), 8)
        # Finished work was handed in, not done once more.
        self.assertEqual(self.requests(), 8, head.log())
        head.says("results were handed in")

    def test_restarts_all_in_the_middle_of_a_job(self):
        head = self.head()
        names = ("a", "b", "c")
        workers = {n: self.worker(head, n, "--slots", "4") for n in names}
        head.joined(*names)
        job = head.submit(self.catalogue(400, "pace/500/k"))
        for name in names:
            poll(lambda: head.nodes("up").get(name, {}).get("used"))
            self.assertEqual(workers[name].end(), 0)
            workers[name] = self.worker(head, name, "--slots", "4")
            head.joined(*names)
        self.origin.release()
        self.complete(head, job, 400)
        self.assertEqual(self.requests(), 400)

    def test_waits_for_no_straggler(self):
        head = self.head("jobs.straggler-after=1s")
        slow = self.worker(head, "a", "--slots", "2")
        head.joined("a")
        # The first request of each is never answered; the second is.
        base = self.origin.base
        text = sheet([[str(k), "Mug", f"{base}/hang/headers?n={k}"]
                      for k in range(2)])
        job = head.submit(text)
        poll(lambda: self.origin.count() == 2)
        self.worker(head, "b", "--slots", "2")
        poll(lambda: self.origin.count() == 4)
        head.says("a straggler is leased again")
        poll(lambda: head.nodes()["b"]["used"] == 2)
        slow.kill()
        # The twins stay where they are, and are not leased a third time.
        time.sleep(1.5)
        self.assertEqual(self.origin.count(), 4)
        head.ask("POST", f"/v1/jobs/{job}/cancel", b"")

    def test_works_beside_the_head(self):
        head = self.head(local_slots=4)
        self.worker(head, "a", "--slots", "4")
        head.joined("a")
        job = head.submit(self.catalogue(60, "delay/100"))
        items = self.complete(head, job, 60)
        self.assertEqual(len({i["node"] for i in items.values()}), 2)

    def test_waits_for_its_head(self):
        ports = (harness.free_port(), harness.free_port())
        early = Worker(self.folder, f"127.0.0.1:{ports[1]}", "a", self.settings)
        self.addCleanup(early.kill)
        poll(lambda: "no head yet" in early.log())
        head = self.head(ports=ports)
        head.joined("a")

    def test_shows_its_nodes(self):
        head = self.head()
        self.worker(head, "a", "--slots", "3", "--label", "rack=3")
        head.joined("a")
        node = poll(lambda: head.nodes()["a"] if head.nodes()["a"]["rtt_ms"]
                    else None)
        self.assertEqual((node["slots"], node["labels"], node["used"]),
                         (3, ["rack=3"], 0))
        self.assertGreater(node["memory_bytes"], 1 << 20)
        self.assertEqual(head.ask("GET", "/v1/overview")["node_count"],
                         len(head.ask("GET", "/v1/nodes")["nodes"]))
        shown = harness.run(["nodes", "--url", head.url])
        self.assertExit(harness.OK, shown)
        self.assertRegex(shown.stdout, r"\ba\s+up\s+0/3\b.*rack=3")

    def test_refuses_another_version(self):
        if "PIXMILL_SKEWED_PEER" not in os.environ:
            self.skipTest("ctest says where the peer of another version is")
        head = self.head()
        said = subprocess.run(
            [os.environ["PIXMILL_SKEWED_PEER"], head.where],
            capture_output=True, text=True, timeout=60, check=True,
        ).stderr
        told = ("node skewed speaks protocol 99 (Pixmill 9.9), the head "
                "protocol 2 (Pixmill")
        self.assertIn(told, said)
        head.says(told)
        self.assertEqual(head.nodes(), {})

    def alone_in_its_pids(self):
        """What gives a process the id 1, as a container does."""
        wrap = ["unshare", "-pf", "--kill-child"]
        if subprocess.run([*wrap, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode:
            self.skipTest("`unshare -p` is not permitted here (needs root)")
        return wrap

    def test_notices_a_worker_with_the_head_s_node_id(self):
        wrap = self.alone_in_its_pids()
        head = self.head(wrap=wrap)
        twin = Worker(self.folder, head.where, "twin", self.settings, wrap=wrap)
        self.addCleanup(twin.kill)
        poll(lambda: "same CAF node id" in twin.log())
        self.worker(head, "a")
        head.joined("a")

    def test_notices_two_workers_of_one_node_id(self):
        wrap = self.alone_in_its_pids()
        head = self.head()
        twins = [Worker(self.folder, head.where, name, self.settings, wrap=wrap)
                 for name in ("a", "b")]
        for twin in twins:
            self.addCleanup(twin.kill)
        poll(lambda: "same CAF node id" in head.log(), 40)
        self.assertLessEqual(len(head.nodes("up")), 1)

    def test_refuses_what_is_not_safe(self):
        for flags, words in (
            (["serve", "--cluster", "0.0.0.0:0"], "pixmill cert"),
            (["serve", "--cluster", "nonsense"], "HOST:PORT"),
            (["worker", "--join", "192.0.2.1:4242"], "pixmill cert"),
            (["worker", "--join", "nonsense"], "HOST:PORT"),
        ):
            with self.subTest(flags):
                refused = harness.run(
                    [*flags, "--set", f'store.journal="{self.folder}/j"'])
                self.assertExit(harness.USAGE, refused)
                self.assertIn(words, refused.stderr)
        self.assertFalse(os.path.exists(f"{self.folder}/j"))


if __name__ == "__main__":
    harness.main()
