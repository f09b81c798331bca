"""What a head and its workers ask of origins, all together."""

import time

import harness
from cluster import ClusterCase, as_flags
from harness import poll, sheet


class Nodes(ClusterCase):
    def worker(self, head, name, *settings):
        return super().worker(head, name, "--slots", "8", *as_flags(settings))

    def cluster(self, *settings):
        """A head that works itself, with two workers."""
        head = self.head(*settings, local_slots=8)
        for name in ("a", "b"):
            # The head's budget counts, whatever a worker has.
            self.worker(head, name, "fetch.per-origin=50")
        head.joined("a", "b")
        return head

    def budget(self, head):
        return head.budgets().get(self.origin.base)


class Origins(Nodes):
    def test_all_nodes_keep_to_one_budget(self):
        head = self.cluster("fetch.per-origin=4")
        job = head.submit(self.catalogue(80, "delay/250"))
        budget = poll(lambda: (
            found := self.budget(head) or {}
        ).get("active") == 4 and found)
        self.assertEqual((budget["limit"], budget["budget"]), (4, 4))
        self.assertLessEqual(budget["leased"], 4)
        items = self.complete(head, job, 80)
        self.assertEqual(self.origin.load()["most"], 4)
        # Everybody had some of it.
        self.assertEqual(len({i["node"] for i in items.values()}), 3)
        # In the end all permits are back.
        poll(lambda: self.budget(head) is None, 40)

    def test_a_budget_of_one_serves_three_nodes(self):
        head = self.cluster("fetch.per-origin=1")
        job = head.submit(self.catalogue(40, "delay/50"))
        self.complete(head, job, 40)
        self.assertEqual(self.origin.load()["most"], 1)

    def test_a_node_that_comes_late_gets_its_share(self):
        head = self.head("fetch.per-origin=4")
        self.worker(head, "a")
        head.joined("a")
        # As slow as they are until both have their share, however long it takes.
        job = head.submit(self.catalogue(200, "pace/2000/k"))
        poll(lambda: (self.budget(head) or {}).get("active") == 4)
        self.worker(head, "b")
        poll(lambda: set(self.budget(head)["nodes"]) == {"a", "b"})
        self.origin.release()
        items = self.complete(head, job, 200)
        self.assertGreater(
            sum(i["node"] == "b" for i in items.values()), 20)
        self.assertEqual(self.origin.load()["most"], 4)

    def test_a_redirect_leads_to_another_budget(self):
        other = self.faulty()
        self.settings = harness.loopback(f"{self.origin.port},{other.port}")
        head = self.cluster("fetch.per-origin=3")
        target = other.base.replace(":", "%3A") + "/delay/100/photo1.jpg"
        text = sheet([[str(k), "Mug",
                       f"{self.origin.base}/to/{target}%3Fn={k}"]
                      for k in range(30)])
        job = head.submit(text)
        self.complete(head, job, 30)
        self.assertLessEqual(other.load()["most"], 3)
        self.assertLessEqual(self.origin.load()["most"], 3)

    def test_no_node_asks_while_the_origin_is_to_be_left_alone(self):
        head = self.cluster("fetch.per-origin=6")
        begun = time.monotonic()
        job = head.submit(self.catalogue(90, "quota/30/8/k"))
        budget = poll(lambda: (
            found := self.budget(head) or {}
        ).get("retry_after_s") and found)
        self.assertEqual(budget["limit"], 3)
        # Nothing waits there meanwhile: the nodes are free for other origins.
        poll(lambda: head.status(job)["progress"]["active"] == 0)
        self.complete(head, job, 90)
        self.assertGreater(time.monotonic() - begun, 8)
        load = self.origin.load()
        self.assertEqual(load["early"], 0)
        self.assertLessEqual(load["most"], 6)
        # Of those that were refused each was asked for once more.
        self.assertLessEqual(self.origin.count(), 90 + 6)

    def test_a_single_run_has_the_whole_budget(self):
        self.assertExit(harness.OK, self.run_sheet(
            self.catalogue(40, "delay/200"), self.origin))
        self.assertEqual(self.origin.load()["most"], 6)


class Codecs(Nodes):
    """Which nodes get which jobs."""

    def test_a_format_goes_to_nodes_that_have_its_codec(self):
        head = self.head()
        self.worker(head, "a", 'imaging.leave-formats=["avif"]')
        self.worker(head, "b")
        head.joined("a", "b")
        nodes = head.nodes()
        self.assertEqual(nodes["a"]["codecs"], ["jpeg", "png", "webp"])
        self.assertEqual(nodes["b"]["codecs"], ["jpeg", "png", "webp", "avif"])
        job = head.submit(self.catalogue(12, "ok"), "format=avif&max_edge=64")
        items = self.complete(head, job, 12)
        self.assertEqual({i["node"] for i in items.values()}, {"b"})
        self.assertEqual({i["format"] for i in items.values()}, {"avif"})

    def test_a_single_run_leaves_no_format_to_others(self):
        self.assertExit(harness.OK, self.run_sheet(
            self.catalogue(2, "ok"), self.origin, "--format", "avif",
            settings=['imaging.leave-formats=["avif"]']))
        self.assertEqual({i["format"] for i in self.items()}, {"avif"})

    def test_a_job_waits_for_a_node_that_can_do_it(self):
        head = self.head()
        self.worker(head, "a", 'imaging.leave-formats=["avif"]')
        head.joined("a")
        job = head.submit(self.catalogue(4, "ok"), "format=avif&max_edge=64")
        poll(lambda: "waiting_for" in head.status(job))
        status = head.status(job)
        self.assertEqual(status["waiting_for"], "a node that writes avif")
        self.assertEqual(status["progress"]["pending"], 4)
        head.says("a job waits for a node that writes avif")
        # It holds nobody up.
        other = head.submit(self.catalogue(4, "ok"))
        self.complete(head, other, 4)
        self.worker(head, "b")
        self.complete(head, job, 4)
        self.assertNotIn("waiting_for", head.status(job))


if __name__ == "__main__":
    harness.main()
