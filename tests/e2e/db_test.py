"""`pixmill db`: the store is checked, copied and put back, beside a server."""

import glob
import json
import os
import shutil

import harness
from harness import OK, USAGE, WITH_FAILURES, Case, poll, sheet
from service_test import Server


class Db(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.journal = os.path.join(self.folder, "journal")
        self.copy = os.path.join(self.folder, "copy")

    def start(self):
        server = Server(self.folder, self.origin)
        self.addCleanup(server.stop)
        return server

    def db(self, *arguments):
        return harness.run(
            ["db", *arguments, "--set", f'store.journal="{self.journal}"']
        )

    def submit(self, server, count, path="ok"):
        text = sheet(
            [k, "Mug", f"{self.origin.base}/{path}/photo{k % 8}.jpg?n={k}"]
            for k in range(count)
        )
        return server.submit(text).json["id"]

    def results(self, server, job):
        """The results as every port of the server would tell them."""
        body = server.get(f"/v1/jobs/{job}/results.csv").body.decode()
        return body.replace(server.url, "")

    def test_a_copy_of_a_working_server_brings_its_jobs_back(self):
        server = self.start()
        done = self.submit(server, 20)
        server.finished(done)
        waiting = self.submit(server, 30, "delay/300")
        poll(lambda: server.get(f"/v1/jobs/{waiting}").json["progress"]["done"])
        results = self.results(server, done)
        checked = self.db("check", "--json")
        self.assertExit(OK, checked)
        found = json.loads(checked.stdout)
        self.assertEqual(found["jobs"], 2)
        self.assertGreaterEqual(found["outcomes"], 21)
        self.assertEqual(found["problems"], [])
        self.assertExit(OK, self.db("backup", self.copy))
        refused = self.db("backup", self.copy)
        self.assertExit(USAGE, refused)
        self.assertIn("is not an empty folder", refused.stderr)
        server.kill()
        refused = self.db("restore", self.copy)
        self.assertExit(USAGE, refused)
        self.assertIn(self.journal, refused.stderr)

        shutil.rmtree(self.journal)
        restored = self.db("restore", self.copy)
        self.assertExit(OK, restored)
        self.assertIn("copied ", restored.stdout)
        server = self.start()
        self.assertEqual(self.results(server, done), results)
        status = server.finished(waiting)
        self.assertEqual(status["progress"]["done"], 30)

    def test_damage_is_named(self):
        server = self.start()
        job = self.submit(server, 300)
        server.finished(job)
        server.stop()
        server = self.start()  # Its log becomes tables.
        server.stop()
        self.assertExit(OK, self.db("check"))
        table = max(glob.glob(f"{self.journal}/*.sst"), key=os.path.getsize)
        with open(table, "r+b") as file:
            file.seek(100)
            file.write(b"damage")
        checked = self.db("check")
        self.assertExit(WITH_FAILURES, checked)
        self.assertIn(os.path.basename(table), checked.stdout)
        refused = self.db("backup", self.copy)
        self.assertExit(WITH_FAILURES, refused)
        self.assertFalse(os.path.exists(self.copy))

    def test_says_what_it_wants(self):
        refused = self.db("check")
        self.assertExit(USAGE, refused)
        self.assertIn("there is no journal", refused.stderr)
        refused = harness.run(["db"])
        self.assertExit(USAGE, refused)
        self.assertIn("db check, db backup DIR, db restore DIR", refused.stderr)


if __name__ == "__main__":
    harness.main()
