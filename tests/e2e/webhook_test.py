"""Webhooks of `pixmill serve`: what is sent, when, and what a kill costs."""

import json
import os
import random
import stat
import threading
import time
from unittest import mock

import harness
from harness import OK, USAGE, WITH_FAILURES, Case, poll, sheet
from receiver import Receiver
from service_test import Server

SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
# More attempts than any test has patience for.
QUICK = f'webhook.schedule={json.dumps(["0s"] + 48 * ["300ms"])}'


class WebhookCase(Case):
    """A server and an origin of pictures; loopback may be reached."""

    settings = (QUICK,)

    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.allowed = set()

    def receiver(self, rule=lambda _: 204, **options):
        receiver = Receiver(rule, **options)
        self.addCleanup(receiver.stop)
        self.allowed.add(receiver.port)
        return receiver

    def start(self, *settings):
        server = Server(
            self.folder, self.origin, *self.settings,
            f"webhook.allow-ports={sorted(self.allowed)}", *settings,
        )
        self.addCleanup(server.stop)
        return server

    def catalogue(self, count=1, path="ok", mark=""):
        urls = [f"{self.origin.base}/{path}/photo{k % 8}.jpg?n={k}{mark}"
                for k in range(count)]
        return sheet([[str(k), "Mug", url] for k, url in enumerate(urls)])

    def submit(self, server, url, payload="thin", text=None, **query):
        answer = server.submit(
            text or self.catalogue(),
            webhook=json.dumps({"url": url, "payload": payload}), **query,
        )
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def log(self, server, job):
        answer = server.get(f"/v1/jobs/{job}/deliveries")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["deliveries"]

    def settled(self, server, job, seconds=30):
        """The newest event of a job, once nothing more is planned for it."""

        def found():
            events = self.log(server, job)
            done = events and all(e["state"] != "pending" for e in events)
            return events[0] if done else None

        return poll(found, seconds)


class Payloads(WebhookCase):
    def test_tells_the_end_of_a_job(self):
        receiver = self.receiver()
        server = self.start()
        job = self.submit(server, receiver.url())
        event = self.settled(server, job)
        self.assertEqual(event["state"], "delivered")
        self.assertEqual([a["status"] for a in event["attempts"]], [204])
        [came] = receiver.deliveries()
        self.assertEqual(came.headers["Content-Type"], "application/json")
        self.assertEqual(came.id, event["id"])
        self.assertRegex(came.id, "^evt_[0-9A-HJKMNP-TV-Z]{26}$")
        body = came.json
        self.assertEqual(body["type"], "job.completed")
        self.assertEqual(body["timestamp"], event["created_at"])
        data = body["data"]
        self.assertEqual((data["id"], data["state"]), (job, "completed"))
        self.assertEqual(data["progress"]["done"], 1)
        self.assertNotIn("result_rows", data)
        for link in data["links"].values():
            self.assertTrue(link.startswith(server.url + "/v1/jobs/"), link)
        links = server.get(f"/v1/jobs/{job}").json["links"]
        self.assertEqual(links["deliveries"], f"/v1/jobs/{job}/deliveries")

    def test_has_a_type_for_each_end(self):
        receiver = self.receiver()
        server = self.start()

        def type_of(text, **query):
            job = self.submit(server, receiver.url(), text=text, **query)
            if not query:
                server.finished(job)
            return job, lambda: self.settled(server, job)["type"]

        mixed = self.catalogue() + f"9,A,{self.origin.base}/status/404\r\n"
        self.assertEqual(type_of(mixed)[1](), "job.completed_with_errors")
        bad = sheet([["1", "A", f"{self.origin.base}/status/404"]])
        self.assertEqual(
            type_of(bad, max_failure_ratio="0.1")[1](), "job.failed"
        )
        job, event = type_of(self.catalogue(20, "hold/k"), name="slow")
        server.ask("POST", f"/v1/jobs/{job}/cancel", b"")
        self.assertEqual(event(), "job.canceled")

    def test_a_retry_is_an_event_of_its_own(self):
        receiver = self.receiver()
        server = self.start()
        bad = sheet([["1", "A", f"{self.origin.base}/status/404"]])
        job = self.submit(server, receiver.url(), text=bad)
        self.settled(server, job)
        server.ask("POST", f"/v1/jobs/{job}/retry", b"")
        poll(lambda: len(self.log(server, job)) == 2)
        self.settled(server, job)
        ids = [came.id for came in receiver.deliveries()]
        self.assertEqual(len(set(ids)), 2)
        page = server.get(f"/v1/jobs/{job}/deliveries?limit=1")
        self.assertEqual([e["id"] for e in page.json["deliveries"]], ids[1:])
        link = page.headers["Link"]
        rest = server.get(link[1:link.index(">")])
        self.assertEqual([e["id"] for e in rest.json["deliveries"]], ids[:1])
        self.assertIsNone(rest.json["next_cursor"])

    def test_a_full_payload_has_the_rows(self):
        receiver = self.receiver()
        server = self.start("http.public-url=https://img.shop.example/")
        job = self.submit(server, receiver.url(), "full", self.catalogue(3))
        self.settled(server, job)
        lines = server.get(f"/v1/jobs/{job}/results.jsonl").body.splitlines()
        [came] = receiver.deliveries()
        rows = came.json["data"]["result_rows"]
        self.assertEqual(len(rows), 3)
        for row, line in zip(rows, map(json.loads, lines)):
            self.assertTrue(
                row["output"].startswith("https://img.shop.example/v1/files/")
            )
            self.assertEqual(row["sha256"], line["sha256"])
        self.assertNotIn("rows_omitted", came.json["data"])

    def test_a_full_payload_that_is_too_large_says_so(self):
        receiver = self.receiver()
        server = self.start("webhook.max-rows-bytes=1000")
        job = self.submit(server, receiver.url(), "full", self.catalogue(9))
        self.settled(server, job)
        [came] = receiver.deliveries()
        self.assertTrue(came.json["data"]["rows_omitted"])
        self.assertNotIn("result_rows", came.json["data"])
        self.assertLess(len(came.body), 3000)

    def test_refuses_what_is_no_webhook(self):
        server = self.start()
        for url in ("ftp://a/b", "http://", "https:///x", "shop.example/hook",
                    "http://user:pass@shop.example/", "http://a b/", "",
                    "http://a/\u00e4", "http://a:99999/", "x" * 3000):
            with self.subTest(url[:40]):
                refused = server.submit(
                    self.catalogue(), webhook=json.dumps({"url": url})
                )
                self.assertEqual(refused.status, 422, refused.body)
                self.assertEqual(refused.json["code"], "option-invalid")
                tested = server.ask(
                    "POST", "/v1/webhooks/test",
                    json.dumps({"url": url}).encode(),
                )
                self.assertEqual(tested.status, 422)
        self.assertEqual(server.get("/v1/jobs").json["jobs"], [])


class Failures(WebhookCase):
    def test_tries_again_until_the_receiver_is_back(self):
        answers = [500, 503, 302, 400]
        receiver = self.receiver(lambda _: answers.pop(0) if answers else 200)
        server = self.start()
        job = self.submit(server, receiver.url())
        event = self.settled(server, job)
        self.assertEqual(event["state"], "delivered")
        codes = [a["error"] and a["error"]["code"] for a in event["attempts"]]
        self.assertEqual(
            codes, ["http_500", "http_503", "http_302", "http_400", None]
        )
        came = receiver.deliveries()
        self.assertEqual(len({x.id for x in came}), 1)
        self.assertEqual(len({x.body for x in came}), 1)

    def test_outlasts_a_receiver_that_is_not_there(self):
        port = harness.free_port()
        self.allowed.add(port)
        server = self.start()
        job = self.submit(server, f"http://127.0.0.1:{port}/hook")
        event = poll(lambda: [e for e in self.log(server, job)
                              if len(e["attempts"]) >= 2])[0]
        self.assertEqual(event["state"], "pending")
        self.assertIsNotNone(event["next_attempt_at"])
        self.assertEqual(event["attempts"][0]["error"]["code"], "connect")
        self.assertIsNone(event["attempts"][0]["status"])
        self.receiver(port=port)
        self.assertEqual(self.settled(server, job)["state"], "delivered")

    def test_gives_up_after_the_schedule_and_replays_by_hand(self):
        healthy = threading.Event()
        receiver = self.receiver(lambda _: 204 if healthy.is_set() else 500)
        server = self.start('webhook.schedule=["0s","50ms"]')
        job = self.submit(server, receiver.url())
        event = self.settled(server, job)
        self.assertEqual((event["state"], len(event["attempts"])),
                         ("failed", 2))
        healthy.set()
        answer = server.ask("POST", event["links"]["replay"], b"")
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.json["state"], "pending")
        again = self.settled(server, job)
        self.assertEqual((again["state"], len(again["attempts"])),
                         ("delivered", 3))
        first, _, last = receiver.deliveries()
        self.assertEqual(first.id, last.id)
        self.assertEqual(first.body, last.body)
        stamp = "webhook-timestamp"
        self.assertGreaterEqual(int(last.headers[stamp]),
                                int(first.headers[stamp]))
        missing = server.ask("POST", "/v1/deliveries/evt_x/replay", b"")
        self.assertEqual((missing.status, missing.json["code"]),
                         (404, "no-such-delivery"))

    def test_sends_no_more_after_410(self):
        gone = threading.Event()
        gone.set()
        receiver = self.receiver(lambda _: 410 if gone.is_set() else 204)
        server = self.start()
        first = self.submit(server, receiver.url())
        self.assertEqual(self.settled(server, first)["state"], "disabled")
        server.kill()
        server = self.start()
        second = self.submit(server, receiver.url())
        event = self.settled(server, second)
        self.assertEqual((event["state"], event["attempts"]), ("disabled", []))
        self.assertEqual(len(receiver.deliveries()), 1)
        gone.clear()
        answer = server.ask("POST", event["links"]["replay"], b"")
        self.assertEqual(answer.status, 202)
        self.assertEqual(self.settled(server, second)["state"], "delivered")
        third = self.submit(server, receiver.url())
        self.assertEqual(self.settled(server, third)["state"], "delivered")

    def test_follows_no_redirect(self):
        receiver = self.receiver()
        receiver.rule = lambda came: (
            (307, {"Location": receiver.url("/other")})
            if came.path == "/hook" else 204
        )
        server = self.start('webhook.schedule=["0s"]')
        job = self.submit(server, receiver.url())
        event = self.settled(server, job)
        self.assertEqual(event["state"], "failed")
        self.assertEqual(event["attempts"][0]["error"]["code"], "http_307")
        self.assertEqual(receiver.deliveries("/other"), [])

    def test_heeds_retry_after(self):
        answers = [(503, {"Retry-After": "2"})]
        receiver = self.receiver(lambda _: answers.pop() if answers else 200)
        server = self.start()
        job = self.submit(server, receiver.url())
        self.assertEqual(self.settled(server, job)["state"], "delivered")
        first, second = receiver.deliveries()
        self.assertGreaterEqual(second.at - first.at, 1.9)

    def test_a_receiver_that_hangs_holds_up_no_other(self):
        over = threading.Event()
        self.addCleanup(over.set)
        slow = self.receiver(lambda _: over.wait(120) and 204)
        quick = self.receiver()
        server = self.start("webhook.max-deliveries=8", "webhook.timeout=60s")
        jobs = [self.submit(server, slow.url(), text=self.catalogue(mark=k))
                for k in range(20)]
        poll(lambda: len(slow.deliveries()) >= 4)
        # Long before any of the slow ones is given up.
        job = self.submit(server, quick.url())
        self.assertEqual(self.settled(server, job)["state"], "delivered")
        last = poll(lambda: self.log(server, jobs[-1]))[0]
        self.assertEqual(last["attempts"], [])
        self.assertEqual(len(slow.deliveries()), 4, "per-receiver")

    def test_times_out(self):
        over = threading.Event()
        self.addCleanup(over.set)
        receiver = self.receiver(lambda _: over.wait(60) and 204)
        server = self.start('webhook.schedule=["0s"]',
                            "webhook.timeout=300ms")
        event = self.settled(server, self.submit(server, receiver.url()))
        self.assertEqual(event["attempts"][0]["error"]["code"], "timeout")

    def test_tests_a_receiver(self):
        receiver = self.receiver(
            lambda came: 204 if came.path == "/hook" else 500
        )
        server = self.start()

        def ask(url):
            return server.ask("POST", "/v1/webhooks/test",
                              json.dumps({"url": url}).encode())

        good = ask(receiver.url())
        self.assertEqual(good.status, 200, good.body)
        self.assertEqual((good.json["delivered"], good.json["status"]),
                         (True, 204))
        [came] = receiver.deliveries()
        self.assertEqual(came.json["type"], "webhook.test")
        self.assertEqual(came.id, good.json["id"])
        bad = ask(receiver.url("/bad")).json
        self.assertEqual((bad["delivered"], bad["error"]["code"]),
                         (False, "http_500"))

    def test_an_erased_job_takes_its_events_along(self):
        receiver = self.receiver(lambda _: 500)
        server = self.start('webhook.schedule=["0s","1h"]')
        job = self.submit(server, receiver.url())
        event = poll(lambda: [e for e in self.log(server, job)
                              if e["attempts"]])[0]
        gone = server.ask("DELETE", f"/v1/jobs/{job}")
        self.assertEqual(gone.status, 204)
        missing = server.get(f"/v1/jobs/{job}/deliveries")
        self.assertEqual(missing.status, 410)
        replay = server.ask("POST", event["links"]["replay"], b"")
        self.assertEqual(replay.status, 404)
        self.assertEqual(len(receiver.deliveries()), 1)


class Crashes(WebhookCase):
    def test_loses_no_event_of_a_killed_server(self):
        """Kills while jobs settle and while events are delivered."""
        rng = random.Random(7)

        def answer(_):
            time.sleep(rng.random() / 5)
            return 204 if rng.random() < 0.7 else 500

        receiver = self.receiver(answer)
        server = self.start()
        jobs = []
        for round_ in range(5):
            for k in range(6):
                text = self.catalogue(2, "delay/100", f"&m={round_}.{k}")
                jobs.append(self.submit(server, receiver.url(), text=text))
            time.sleep(0.1 + rng.random() / 2)
            server.kill()
            server = self.start()
        receiver.rule = lambda _: 204
        for job in jobs:
            event = self.settled(server, job)
            self.assertEqual(event["state"], "delivered", event)
            self.assertEqual(len(self.log(server, job)), 1)
        told = {}
        for came in receiver.deliveries():
            told.setdefault(came.json["data"]["id"], set()).add(came.id)
        self.assertEqual(set(told), set(jobs))
        self.assertEqual({len(ids) for ids in told.values()}, {1})

    def test_delivers_what_settled_before_the_kill(self):
        port = harness.free_port()
        self.allowed.add(port)
        server = self.start()
        url = f"http://127.0.0.1:{port}/hook"
        jobs = [self.submit(server, url, text=self.catalogue(mark=k))
                for k in range(5)]
        for job in jobs:
            server.finished(job)
        server.kill()
        receiver = self.receiver(port=port)
        server = self.start()
        for job in jobs:
            self.assertEqual(self.settled(server, job)["state"], "delivered")
        self.assertEqual(
            sorted(came.json["data"]["id"] for came in receiver.deliveries()),
            sorted(jobs),
        )


class Secrets(WebhookCase):
    def verify(self, came, *flags, secret_file=None, secrets=None):
        head = os.path.join(self.folder, "head")
        with open(head, "w") as file:
            for name, value in came.headers.items():
                file.write(f"{name}: {value}\r\n")
        body = os.path.join(self.folder, "body")
        with open(body, "wb") as file:
            file.write(came.body)
        more = ["--secret-file", secret_file] if secret_file else []
        environment = {k: v for k, v in os.environ.items()
                       if k != "PIXMILL_WEBHOOK_SECRETS"}
        if secrets:
            environment["PIXMILL_WEBHOOK_SECRETS"] = secrets
        return harness.run(
            ["webhook", "verify", "--headers", head, "--body", body, *more,
             *flags],
            env=environment,
        )

    def test_makes_a_secret_that_it_keeps(self):
        receiver = self.receiver()
        server = self.start()
        path = os.path.join(self.folder, "webhook-secrets")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        store = ["--set", f'store.journal="{self.folder}/journal"']
        shown = harness.run(["webhook", "secret", *store])
        self.assertExit(OK, shown)
        self.assertTrue(shown.stdout.startswith("whsec_"))
        job = self.submit(server, receiver.url())
        self.settled(server, job)
        [came] = receiver.deliveries()
        good = self.verify(came, secret_file=path)
        self.assertExit(OK, good)
        # A new secret signs at once, and the old one for as long as it stays.
        rotated = harness.run(["webhook", "rotate", *store])
        self.assertExit(OK, rotated)
        job = self.submit(server, receiver.url(), text=self.catalogue(2))
        self.settled(server, job)
        came = receiver.deliveries()[-1]
        self.assertEqual(len(came.headers["webhook-signature"].split()), 2)
        old, new = shown.stdout.strip(), harness.run(
            ["webhook", "secret", *store]
        ).stdout.split()[0]
        self.assertNotEqual(old, new)
        for secret in (old, new):
            self.assertExit(OK, self.verify(came, secrets=secret))

    def test_says_why_a_webhook_is_not_genuine(self):
        receiver = self.receiver()
        server = self.start()
        self.settled(server, self.submit(server, receiver.url()))
        [came] = receiver.deliveries()
        path = os.path.join(self.folder, "webhook-secrets")

        def verdict(code, *flags, **options):
            result = self.verify(came, "--json", *flags, **options)
            self.assertExit(code, result)
            return json.loads(result.stdout)["verdict"]

        self.assertEqual(verdict(OK, secret_file=path), "genuine")
        self.assertEqual(verdict(WITH_FAILURES, secrets=SECRET), "not_signed")
        body, came.body = came.body, came.body + b" "
        self.assertEqual(verdict(WITH_FAILURES, secret_file=path),
                         "not_signed")
        came.body = body
        time.sleep(2.1)
        self.assertEqual(
            verdict(WITH_FAILURES, "--tolerance", "1s", secret_file=path),
            "too_old",
        )
        del came.headers["webhook-timestamp"]
        self.assertEqual(verdict(WITH_FAILURES, secret_file=path),
                         "malformed")
        self.assertExit(USAGE, self.verify(came, secret_file="/nowhere"))

    def test_shows_no_secret(self):
        environment = {**os.environ, "PIXMILL_WEBHOOK_SECRETS": SECRET}
        for flags in ([], ["--json"]):
            shown = harness.run(["config", "show", *flags], env=environment)
            self.assertExit(OK, shown)
            self.assertIn("********", shown.stdout)
            self.assertNotIn(SECRET, shown.stdout + shown.stderr)
        refused = harness.run(
            ["config", "show", "--set", f"webhook.secrets={SECRET}"]
        )
        self.assertExit(USAGE, refused)
        self.assertNotIn(SECRET, refused.stdout + refused.stderr)
        bad = {**os.environ, "PIXMILL_WEBHOOK_SECRETS": "whsec_hunter2"}
        refused = harness.run(["config", "show"], env=bad)
        self.assertExit(USAGE, refused)
        self.assertNotIn("hunter2", refused.stdout + refused.stderr)

    def test_logs_no_secret_and_no_query(self):
        receiver = self.receiver(lambda _: 500)
        log = os.path.join(self.folder, "serve.log")
        with mock.patch.dict(os.environ, PIXMILL_WEBHOOK_SECRETS=SECRET):
            server = self.start(f'log.file="{log}"', 'log.level="debug"')
        job = self.submit(server, receiver.url("/hook?key=hunter2"))
        event = self.settled(server, job)
        server.stop()
        with open(log, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(event["id"], text)
        for secret in (SECRET, SECRET.removeprefix("whsec_"), "hunter2"):
            self.assertNotIn(secret, text)


class Verbs(WebhookCase):
    def test_submits_lists_and_replays(self):
        receiver = self.receiver()
        server = self.start()
        at = ["--url", server.url]
        path = self.write(self.catalogue())
        sent = harness.run(["submit", path, "--wait", "--webhook",
                            receiver.url(), "--json", *at])
        self.assertExit(OK, sent)
        job = json.loads(sent.stdout.splitlines()[-1])["id"]
        event = self.settled(server, job)["id"]
        listed = harness.run(["deliveries", job, *at])
        self.assertExit(OK, listed)
        self.assertIn(event, listed.stdout)
        self.assertIn("delivered", listed.stdout)
        again = harness.run(["replay", event, *at])
        self.assertExit(OK, again)
        poll(lambda: len(receiver.deliveries()) == 2)
        self.assertEqual({x.id for x in receiver.deliveries()}, {event})
        tested = harness.run(["webhook", "test", receiver.url(), *at])
        self.assertExit(OK, tested)
        receiver.rule = lambda _: 500
        tested = harness.run(["webhook", "test", receiver.url(), *at])
        self.assertExit(WITH_FAILURES, tested)
        self.assertIn("http_500", tested.stdout)


if __name__ == "__main__":
    harness.main()
