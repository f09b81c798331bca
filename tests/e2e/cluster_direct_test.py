"""Workers that store results themselves: in the head's bucket (OpenStack
Swift's S3 API), or in a folder that all nodes see."""

import hashlib
import io
import os
import re
import shutil
import time
import unittest
import urllib.request

from PIL import Image

import harness
import s3_api
from cluster import Head, Worker
from harness import Case, poll, sheet
from retention_test import Noise


class Direct:
    """What is true of both."""

    def setUp(self):
        super().setUp()
        self.origin = Noise()
        self.addCleanup(self.origin.stop)
        self.settings = [*harness.loopback(self.origin.port,
                                           "fetch.per-origin=64")]

    def head(self):
        head = Head(self.folder, self.settings + self.store())
        self.addCleanup(head.kill)
        return head

    def worker(self, head, name, *flags):
        worker = Worker(self.folder, head.where, name, self.settings,
                        ["--slots", "4", *flags])
        self.addCleanup(worker.kill)
        return worker

    def joined(self, head, *names):
        workers = {name: self.worker(head, name) for name in names}
        head.joined(*names)
        return workers

    def submit(self, head, count):
        return head.submit(sheet([
            [str(k), "p", [f"{self.origin.base}/{k}.png"]]
            for k in range(count)]))

    def complete(self, head, job, count):
        """All images are there, as their hashes say; what they are called."""
        status = head.finished(job, 90)
        self.assertEqual(status["state"], "completed", head.log())
        items = head.items(job)
        self.assertEqual(len(items), count)
        hashes = {item["sha256"] for item in items.values()}
        # A bucket's list follows what it has by a moment.
        poll(lambda: hashes <= self.stored())
        for item in list(items.values())[:5]:
            image = head.image(item)
            self.assertEqual(hashlib.sha256(image).hexdigest(), item["sha256"])
            Image.open(io.BytesIO(image)).load()
        return hashes

    def handed_in(self, head):
        """How many images came through the head."""
        with urllib.request.urlopen(head.url + "/metrics", timeout=20) as page:
            text = page.read().decode()
        found = re.findall(
            r'pixmill_http_requests_total\{[^}]*method="PUT"[^}]*\} (\d+)',
            text)
        return sum(map(int, found))

    def all_handed_in(self, head, count):
        """Each is counted once its answer has been sent."""
        poll(lambda: self.handed_in(head) >= count)
        self.assertEqual(self.handed_in(head), count)

    def test_stores_past_the_head(self):
        head = self.head()
        workers = self.joined(head, "a", "b")
        job = self.submit(head, 60)
        hashes = self.complete(head, job, 60)
        poll(lambda: hashes == self.stored())
        self.assertEqual(self.handed_in(head), 0)
        nodes = {node["name"] for node in head.status(job)["nodes"]}
        self.assertEqual(nodes, {"a", "b"})
        for worker in workers.values():
            worker.says("stores its results itself, in " + self.place)

    def test_loses_nothing_with_a_worker(self):
        head = self.head()
        workers = self.joined(head, "a", "b")
        job = self.submit(head, 200)
        poll(lambda: head.done(job) > 20)
        workers["a"].kill()
        poll(lambda: head.done(job) > 60)
        workers["a"] = self.worker(head, "a")
        self.complete(head, job, 200)
        self.assertEqual(self.handed_in(head), 0)

    def test_keeps_its_results_while_the_head_is_away(self):
        head = self.head()
        self.joined(head, "a", "b")
        job = self.submit(head, 200)
        poll(lambda: head.done(job) > 20)
        head.kill()
        time.sleep(1.5)
        head.start()
        self.complete(head, job, 200)
        self.assertEqual(self.handed_in(head), 0)

    def test_hands_in_where_it_is_told_to(self):
        head = self.head()
        self.worker(head, "a", "--set", "cluster.direct=false")
        head.joined("a")
        job = self.submit(head, 20)
        self.complete(head, job, 20)
        self.all_handed_in(head, 20)

    def test_removes_what_no_result_names(self):
        head = self.head()
        self.joined(head, "a")
        first = self.submit(head, 20)
        self.complete(head, first, 20)
        second = self.submit(head, 10)
        kept = self.complete(head, second, 10)
        head.ask("DELETE", f"/v1/jobs/{first}")
        poll(lambda: self.stored() == kept)
        # What was removed is made, and stored, anew.
        third = self.submit(head, 20)
        self.complete(head, third, 20)
        self.assertEqual(self.handed_in(head), 0)


class InABucket(Direct, Case):
    place = "bucket images"

    @classmethod
    def setUpClass(cls):
        if not s3_api.is_installed():
            raise unittest.SkipTest("no S3 API: apt-get install python3-swift")
        cls.swift = s3_api.S3Api()

    @classmethod
    def tearDownClass(cls):
        cls.swift.stop()

    def setUp(self):
        super().setUp()
        self.prefix = f"{self._testMethodName}/"
        os.environ["AWS_ACCESS_KEY_ID"] = s3_api.ACCESS_KEY
        os.environ["AWS_SECRET_ACCESS_KEY"] = s3_api.SECRET_KEY
        self.addCleanup(os.environ.pop, "AWS_ACCESS_KEY_ID")
        self.addCleanup(os.environ.pop, "AWS_SECRET_ACCESS_KEY")

    def store(self):
        return [word for setting in (
            "store.kind=s3",
            f"store.s3-endpoint={self.swift.endpoint}",
            f"store.s3-bucket={s3_api.BUCKET}",
            f"store.s3-prefix={self.prefix}",
        ) for word in ("--set", setting)]

    def stored(self):
        """The objects of this test, as Swift itself knows them."""
        return {key.split("/")[-1].split(".")[0]
                for key in self.swift.keys(self.prefix) if "owners" not in key}

    def test_waits_while_the_bucket_is_away(self):
        head = self.head()
        self.joined(head, "a", "b")
        self.origin.held_from = 100
        job = self.submit(head, 200)
        poll(lambda: head.done(job) > 20)
        self.swift.kill()
        self.origin.gate.set()
        time.sleep(5)
        self.assertEqual(head.status(job)["progress"]["failed"], 0)
        self.assertLess(head.done(job), 200)
        self.swift.start()
        self.complete(head, job, 200)
        self.assertEqual(self.handed_in(head), 0)

    def test_hands_in_without_credentials_of_its_own(self):
        head = self.head()
        secret = os.environ["AWS_SECRET_ACCESS_KEY"]
        os.environ["AWS_SECRET_ACCESS_KEY"] = "wrong"
        worker = self.worker(head, "a")
        os.environ["AWS_SECRET_ACCESS_KEY"] = secret
        head.joined("a")
        job = self.submit(head, 20)
        self.complete(head, job, 20)
        self.all_handed_in(head, 20)
        worker.says("results are handed in at the head")

    def test_tells_no_secret(self):
        head = self.head()
        workers = self.joined(head, "a")
        self.complete(head, self.submit(head, 5), 5)
        for text in (head.log(), workers["a"].log()):
            self.assertNotIn(s3_api.SECRET_KEY, text)
            self.assertNotIn(s3_api.ACCESS_KEY, text)


class InAFolder(Direct, Case):
    place = "folder "

    def store(self):
        return []

    def stored(self):
        images = os.path.join(self.folder, "images")
        return {name.split(".")[0] for shard in os.listdir(images)
                if len(shard) == 2
                for name in os.listdir(os.path.join(images, shard))}

    def test_finds_the_folder_where_it_is_mounted(self):
        head = self.head()
        mounted = os.path.join(self.folder, "mounted")
        os.symlink(os.path.join(self.folder, "images"), mounted)
        worker = self.worker(head, "a", "--set",
                             f'cluster.shared-images="{mounted}"')
        head.joined("a")
        self.complete(head, self.submit(head, 20), 20)
        self.assertEqual(self.handed_in(head), 0)
        worker.says(f"in folder {mounted}")

    def test_takes_no_other_folder_for_it(self):
        head = self.head()
        copy = os.path.join(self.folder, "copy")
        shutil.copytree(os.path.join(self.folder, "images"), copy)
        for name, folder in (("a", copy), ("b", "/nonexistent")):
            self.worker(head, name, "--set",
                        f'cluster.shared-images="{folder}"')
        head.joined("a", "b")
        self.complete(head, self.submit(head, 40), 40)
        self.all_handed_in(head, 40)

    def test_hands_in_what_it_may_not_store(self):
        head = self.head()
        self.joined(head, "a")
        images = os.path.join(self.folder, "images")
        # Nothing can be written there any more.
        shutil.rmtree(os.path.join(images, "tmp-shared"))
        self.complete(head, self.submit(head, 20), 20)
        self.all_handed_in(head, 20)


if __name__ == "__main__":
    harness.main()
