"""Who may do what: tokens, scopes, tenants, limits, and where it listens."""

import csv
import glob
import io
import json
import os
import socket
import time
import unittest
import urllib.parse

import harness
import namespaces
from harness import Case, OK, USAGE, poll, sheet
from receiver import Receiver
from service_test import Server, multipart

CLOSED = "401 token-missing"


class Guarded(Case):
    """A server that some tokens guard, made before it started."""

    TOKENS = {}

    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.token = {
            name: self.new_token(*flags) for name, flags in self.TOKENS.items()
        }
        self.log = os.path.join(self.folder, "log")

    def store(self):
        return ["--set", f'store.journal="{self.folder}/journal"']

    def new_token(self, *flags):
        result = harness.run(["token", "new", *self.store(), *flags])
        self.assertExit(OK, result)
        self.assertIn("in the store", result.stderr)
        return result.stdout.strip()

    def start(self, *settings, **options):
        self.server = Server(
            self.folder, self.origin, f'log.file="{self.log}"',
            'log.level="debug"', *settings, **options
        )
        self.addCleanup(self.server.stop)
        return self.server

    def ask(self, method, path, whose=None, body=None, **fields):
        secret = self.token.get(whose, whose)
        if secret:
            fields["Authorization"] = f"Bearer {secret}"
        return self.server.ask(method, path, body, **fields)

    def said(self, *arguments, **fields):
        """Status, and the code if it is a problem."""
        answer = self.ask(*arguments, **fields)
        try:
            code = answer.json.get("code", "")
        except (ValueError, AttributeError):
            code = ""
        return f"{answer.status} {code}".strip()

    def catalogue(self, count=2, path="ok", text=""):
        return sheet(
            [k, "Mug", f"{self.origin.base}/{path}/photo{k % 8}.jpg?n={k}{text}"]
            for k in range(count)
        ).encode()

    def submit(self, whose, text=None, **fields):
        return self.ask(
            "POST", "/v1/jobs", whose, text or self.catalogue(),
            Content_Type="text/csv", **fields
        )

    def finished(self, job, whose):
        return poll(
            lambda: self.ask("GET", f"/v1/jobs/{job}", whose).json["finished_at"]
        )


class Scopes(Guarded):
    TOKENS = {
        "submit": ["--scope", "submit"],
        "read": ["--scope", "read"],
        "admin": ["--scope", "admin"],
    }

    OPEN = ["GET /healthz", "GET /readyz", "GET /openapi.json",
            f"GET /v1/files/{'0' * 64}/x.jpg"]
    NEEDS = {
        "read": ["GET /v1/jobs", "GET /v1/jobs/J", "GET /v1/jobs/J/results.csv",
                 "GET /v1/jobs/J/results.jsonl", "GET /v1/jobs/J/failed.csv",
                 "GET /v1/jobs/J/items", "GET /v1/jobs/J/rows",
                 "GET /v1/jobs/J/events", "GET /metrics", "GET /status/J",
                 "GET /download/J", "GET /anything"],
        "submit": ["POST /v1/jobs", "POST /v1/validate", "POST /upload",
                   "POST /v1/jobs/J/pause", "POST /v1/jobs/J/resume",
                   "POST /v1/jobs/J/cancel", "POST /v1/jobs/J/retry",
                   "DELETE /v1/jobs/J", "POST /v1/webhooks/test",
                   "POST /v1/deliveries/D/replay"],
        "admin": ["GET /v1/tokens", "POST /v1/tokens", "DELETE /v1/tokens/T",
                  "GET /v1/nodes", "POST /v1/nodes/N/drain", "GET /v1/actors",
                  "POST /v1/actors/1/kill", "POST /v1/actors/1/trace",
                  "GET /v1/audit", "PUT /v1/jobs"],
    }

    def test_every_route_wants_its_scope(self):
        self.start("http.compat=true")
        for line in self.OPEN:
            self.assertNotIn(self.said(*line.split())[:3], ("401", "403"), line)
        for scope, lines in self.NEEDS.items():
            for line in lines:
                method, path = line.split()
                body = b"{}" if method in ("POST", "PUT") else None
                self.assertEqual(self.said(method, path, None, body), CLOSED)
                for whose in self.TOKENS:
                    answer = self.ask(method, path, whose, body)
                    if whose in (scope, "admin"):
                        self.assertNotIn(answer.status, (401, 403), line)
                        continue
                    self.assertEqual(answer.status, 403, (line, whose))
                    self.assertEqual(answer.json["code"], "scope-missing")
                    self.assertEqual(answer.json["scope"], scope)
                    self.assertIn(
                        "insufficient_scope", answer.headers["WWW-Authenticate"]
                    )

    def test_a_refusal_says_how_to_be_let_in(self):
        self.start()
        answer = self.ask("GET", "/v1/jobs")
        self.assertEqual(
            answer.headers["WWW-Authenticate"], 'Bearer realm="pixmill"'
        )
        self.assertEqual(self.said("GET", "/v1/jobs", "pxm_x"),
                         "401 token-unknown")

    def test_files_are_private_when_asked_for(self):
        self.start("http.private-files=true")
        path = f"/v1/files/{'0' * 64}/x.jpg"
        self.assertEqual(self.said("GET", path), CLOSED)
        self.assertEqual(self.said("GET", path, "read"), "404 no-such-file")

    def test_revocations_and_new_tokens_count_at_once(self):
        self.start()
        made = self.ask(
            "POST", "/v1/tokens", "admin",
            b'{"scopes":["read"],"name":"n","expires":"4s"}',
        ).json
        self.assertEqual(self.said("GET", "/v1/jobs", made["token"]), "200")
        poll(lambda: self.said("GET", "/v1/jobs", made["token"])
             == "401 token-expired")
        made = self.ask("POST", "/v1/tokens", "admin", b'{"scopes":"read"}').json
        self.assertEqual(self.said("GET", "/v1/jobs", made["token"]), "200")
        self.assertEqual(
            self.said("DELETE", f"/v1/tokens/{made['id']}", "admin"), "204"
        )
        self.assertEqual(self.said("GET", "/v1/jobs", made["token"]),
                         "401 token-unknown")
        self.server.kill()
        self.start()
        self.assertEqual(self.said("GET", "/v1/jobs", made["token"]),
                         "401 token-unknown")
        self.assertEqual(self.said("GET", "/v1/jobs", "read"), "200")

    def test_the_last_revocation_opens_nothing(self):
        self.start()
        tokens = self.ask("GET", "/v1/tokens", "admin").json["tokens"]
        self.assertEqual(len(tokens), 3)
        tokens.sort(key=lambda token: "admin" in token["scopes"])
        for token in tokens:
            answer = self.ask("DELETE", f"/v1/tokens/{token['id']}", "admin")
            self.assertIn(answer.status, (200, 204))
        self.assertIn("last token", answer.json["warning"])
        self.assertEqual(self.said("GET", "/healthz"), "200")
        for line in ("GET /v1/jobs", "GET /openapi.json", "POST /v1/tokens"):
            self.assertEqual(self.said(*line.split()), "401 no-tokens")

    def test_the_verb_finds_the_server_that_has_the_store(self):
        self.start()
        port = int(self.server.url.rsplit(":", 1)[1])
        result = harness.run(
            ["token", "list", *self.store(), "--set", f"http.port={port}",
             "--json"],
            env={**os.environ, "PIXMILL_TOKEN": self.token["admin"]},
        )
        self.assertExit(OK, result)
        self.assertIn("at the server", result.stderr)
        self.assertEqual(len(json.loads(result.stdout)["tokens"]), 3)
        result = harness.run(
            ["token", "new", "--scope", "read", "--url", self.server.url],
            env={**os.environ, "PIXMILL_TOKEN": self.token["admin"]},
        )
        self.assertExit(OK, result)
        self.assertEqual(self.said("GET", "/v1/jobs", result.stdout.strip()),
                         "200")
        refused = harness.run(
            ["token", "new", "--scope", "read", "--url", self.server.url],
            env={**os.environ, "PIXMILL_TOKEN": self.token["read"]},
        )
        self.assertExit(USAGE, refused)

    def test_serve_says_how_it_is_guarded(self):
        self.start()
        self.assertIn("guarded by 3 tokens",
                      self.server.process.stdout.readline())

    def test_no_secret_is_stored_or_logged(self):
        self.start()
        secret = "pzsecretvalue"
        job = self.submit(
            "admin", self.catalogue(text=f"&sig={secret}")
            + f'9,Gone,"{self.origin.base}/status/404?sig={secret}"\r\n'
            .encode()
        )
        self.assertEqual(job.status, 202, job.body)
        self.finished(job.json["id"], "admin")
        self.ask("GET", f"/v1/jobs?token={self.token['admin']}", "admin")
        self.server.stop()
        with open(self.log, encoding="utf-8") as file:
            log = file.read()
        self.assertIn(job.json["id"], log)
        for value in (secret, *self.token.values()):
            self.assertNotIn(value, log)
        for path in glob.glob(f"{self.folder}/journal/*"):
            with open(path, "rb") as file:
                data = file.read()
            for token in self.token.values():
                self.assertNotIn(token.encode(), data, path)


class Tenants(Guarded):
    TOKENS = {
        "a": ["--scope", "submit,read", "--tenant", "a"],
        "b": ["--scope", "submit,read", "--tenant", "b"],
        "house": ["--scope", "submit,read"],
    }

    def test_a_tenant_sees_its_own_jobs_only(self):
        self.start("http.compat=true")
        job = self.submit("a").json["id"]
        self.finished(job, "a")
        for path in ("", "/results.csv", "/results.jsonl", "/failed.csv",
                     "/items", "/rows", "/events", "?wait=1s"):
            answer = self.said("GET", f"/v1/jobs/{job}{path}", "b")
            self.assertEqual(answer, "404 no-such-job", path)
        for path in (f"/status/{job}", f"/download/{job}"):
            self.assertEqual(self.said("GET", path, "b")[:3], "404", path)
            self.assertEqual(self.said("GET", path, "a")[:3], "200", path)
        for word in ("pause", "resume", "cancel", "retry"):
            answer = self.said("POST", f"/v1/jobs/{job}/{word}", "b", b"")
            self.assertEqual(answer, "404 no-such-job", word)
        self.assertEqual(self.said("DELETE", f"/v1/jobs/{job}", "b"),
                         "404 no-such-job")
        seen = {
            whose: len(self.ask("GET", "/v1/jobs", whose).json["jobs"])
            for whose in self.TOKENS
        }
        self.assertEqual(seen, {"a": 1, "b": 0, "house": 1})
        self.assertEqual(self.said("GET", "/metrics", "a"),
                         "403 tenant-refused")
        answer = self.ask("GET", f"/v1/jobs/{job}/results.csv", "a")
        rows = list(csv.reader(io.StringIO(answer.body.decode())))
        file = rows[1][-1].removeprefix(self.server.url)
        self.assertEqual(self.said("GET", file), "200")
        self.assertEqual(self.said("DELETE", f"/v1/jobs/{job}", "a"), "204")

    def test_keys_and_duplicates_are_a_tenants_own(self):
        self.start()
        text = self.catalogue()
        jobs = {
            whose: self.submit(whose, text, Idempotency_Key="k").json
            for whose in self.TOKENS
        }
        self.assertEqual(len({job["id"] for job in jobs.values()}), 3)
        for job in jobs.values():
            self.assertIsNone(job.get("duplicate_of"))
        self.server.kill()
        self.start()
        for whose, job in jobs.items():
            again = self.submit(whose, text, Idempotency_Key="k").json
            self.assertEqual(again["id"], job["id"])
            other = self.submit(whose, text).json
            self.assertEqual(other["duplicate_of"], job["id"])

    def test_a_tenants_deliveries_are_its_own(self):
        receiver = Receiver()
        self.addCleanup(receiver.stop)
        self.start(f"webhook.allow-ports=[{receiver.port}]")
        hook = urllib.parse.quote(json.dumps({"url": receiver.url()}))
        job = self.ask(
            "POST", f"/v1/jobs?webhook={hook}", "a", self.catalogue(),
            Content_Type="text/csv",
        ).json["id"]
        event = poll(receiver.deliveries)[0].id
        for whose, asked in (("b", "404 no-such-"), ("a", "20"),
                             ("house", "20")):
            for line in (f"GET /v1/jobs/{job}/deliveries",
                         f"POST /v1/deliveries/{event}/replay"):
                method, path = line.split()
                body = b"" if method == "POST" else None
                answer = self.said(method, path, whose, body)
                self.assertTrue(answer.startswith(asked), (line, answer))
        self.assertEqual({came.id for came in receiver.deliveries()}, {event})

    def test_a_tenants_queue_has_its_own_limit(self):
        self.start("jobs.max-running=1", "jobs.max-queued-per-tenant=2")
        slow = self.catalogue(4, path="hold/k")
        for _ in range(3):
            self.assertEqual(self.submit("a", slow).status, 202)
        refused = self.submit("a", slow)
        self.assertEqual(refused.status, 429)
        self.assertEqual(refused.json["code"], "tenant-queue-full")
        self.assertGreater(int(refused.headers["Retry-After"]), 0)
        self.assertEqual(self.submit("b", slow).status, 202)


class Limits(Guarded):
    TOKENS = {
        "one": ["--scope", "submit,read"],
        "two": ["--scope", "submit,read"],
    }

    def test_a_token_that_asks_too_often_waits(self):
        self.start("http.rate-limit=1", "http.rate-burst=3")
        begun = time.monotonic()
        seen = [self.ask("GET", "/v1/jobs", "one")]
        while seen[-1].status == 200:
            seen.append(self.ask("GET", "/v1/jobs", "one"))
            # What comes back with time, as this machine may be slow.
            self.assertLess(len(seen), 6 + time.monotonic() - begun)
        self.assertGreater(len(seen), 3)
        self.assertEqual(seen[0].headers["RateLimit-Limit"], "3")
        self.assertEqual(seen[0].headers["RateLimit-Remaining"], "2")
        refused = seen[-1]
        self.assertEqual(refused.status, 429)
        self.assertEqual(refused.json["code"], "rate-limited")
        self.assertEqual(refused.headers["RateLimit-Remaining"], "0")
        self.assertEqual(self.said("GET", "/v1/jobs", "two"), "200")
        self.assertEqual(self.said("GET", "/healthz"), "200")
        time.sleep(int(refused.headers["Retry-After"]))
        self.assertEqual(self.said("GET", "/v1/jobs", "one"), "200")

    def test_a_full_queue_takes_nothing_and_loses_nothing(self):
        self.start("jobs.max-running=1", "jobs.max-queued=2")
        slow = self.catalogue(4, path="hold/k")
        kept = [
            self.submit("one", slow, Idempotency_Key=f"k{n}").json["id"]
            for n in range(3)
        ]
        form, kind = multipart({}, slow.decode())
        sheet_json = json.dumps({"csv": slow.decode()}).encode()
        for body, kind in ((slow, "text/csv"), (form, kind),
                           (sheet_json, "application/json")):
            refused = self.ask("POST", "/v1/jobs", "one", body,
                               Content_Type=kind)
            self.assertEqual(refused.status, 503, kind)
            self.assertEqual(refused.json["code"], "queue-full")
            self.assertGreater(int(refused.headers["Retry-After"]), 0)
        # What was accepted is told of, full or not; checking goes on.
        again = self.submit("one", slow, Idempotency_Key="k1")
        self.assertEqual(again.json["id"], kept[1])
        self.assertEqual(
            self.said("POST", "/v1/validate", "one", slow,
                      Content_Type="text/csv"), "200"
        )
        self.server.kill()
        self.start("jobs.max-running=1", "jobs.max-queued=1")
        self.origin.release()
        for job in kept:
            self.finished(job, "one")
        self.assertEqual(self.submit("one").status, 202)

    def test_a_body_is_not_awaited_that_is_refused_anyway(self):
        self.start()
        host, port = self.server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 10) as sock:
            sock.sendall(
                b"POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv"
                b"\r\nContent-Length: 1000000\r\n\r\nS. No."
            )
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += sock.recv(65536) or b"\r\n\r\n"
        self.assertTrue(answer.startswith(b"HTTP/1.1 401 "), answer)
        self.assertIn(b"WWW-Authenticate: Bearer", answer)

    def test_only_pages_of_named_origins_may_ask(self):
        good = "https://admin.shop.example"
        self.start(f'http.cors-origins=["{good}"]')
        asked = self.ask(
            "OPTIONS", "/v1/jobs", None, None, Origin=good,
            Access_Control_Request_Method="POST",
            Access_Control_Request_Headers="authorization",
        )
        self.assertEqual(asked.status, 204)
        fields = asked.headers
        self.assertEqual(fields["Access-Control-Allow-Origin"], good)
        self.assertIn("POST", fields["Access-Control-Allow-Methods"])
        self.assertIn("Authorization", fields["Access-Control-Allow-Headers"])
        self.assertIsNone(fields["Access-Control-Allow-Credentials"])
        answer = self.ask("GET", "/v1/jobs", "one", None, Origin=good)
        self.assertEqual(answer.headers["Access-Control-Allow-Origin"], good)
        self.assertIn("Origin", answer.headers["Vary"])
        for other in ("https://evil.example", good + ".evil.example", "null",
                      "http://admin.shop.example"):
            answer = self.ask("GET", "/v1/jobs", "one", None, Origin=other)
            self.assertIsNone(answer.headers["Access-Control-Allow-Origin"])
            self.assertIn("Origin", answer.headers["Vary"])
            asked = self.ask("OPTIONS", "/v1/jobs", None, None, Origin=other,
                             Access_Control_Request_Method="POST")
            self.assertEqual(asked.status, 401)


class Start(Guarded):
    def test_without_tokens_strangers_are_not_listened_to(self):
        for address in ("0.0.0.0", "::"):
            result = harness.run(
                ["serve", "--port", "0", *self.store(),
                 "--set", f'store.images="{self.folder}/images"',
                 "--set", f'http.address="{address}"']
            )
            self.assertExit(USAGE, result)
            self.assertEqual(len(result.stderr.strip().splitlines()), 1)
            self.assertIn("pixmill token new", result.stderr)

    def test_the_store_without_a_token_left_is_no_better(self):
        self.new_token("--scope", "read")
        listed = harness.run(["token", "list", "--json", *self.store()])
        token = json.loads(listed.stdout)["tokens"][0]["id"]
        self.assertExit(
            OK, harness.run(["token", "revoke", token, *self.store()])
        )
        result = harness.run(
            ["serve", "--port", "0", *self.store(),
             "--set", f'store.images="{self.folder}/images"',
             "--set", 'http.address="0.0.0.0"']
        )
        self.assertExit(USAGE, result)
        self.assertIn("pixmill token new", result.stderr)

    def test_without_tokens_it_is_open_and_says_so(self):
        self.start()
        self.assertIn("open: there are no tokens",
                      self.server.process.stdout.readline())
        self.assertEqual(self.said("GET", "/v1/jobs"), "200")
        made = self.ask("POST", "/v1/tokens", None, b'{"scopes":"admin"}').json
        self.assertEqual(self.said("GET", "/v1/jobs"), CLOSED)
        self.assertEqual(self.said("GET", "/v1/jobs", made["token"]), "200")

    @unittest.skipUnless(namespaces.INSIDE in os.environ, "outside")
    def test_with_a_token_any_address_will_do(self):
        secret = self.new_token("--scope", "admin")
        self.start('http.address="0.0.0.0"')
        self.server.url = self.server.url.replace("0.0.0.0", "127.0.0.1")
        self.assertEqual(self.said("GET", "/v1/jobs"), CLOSED)
        self.assertEqual(
            self.said("GET", "/v1/jobs", secret, None, Host="pixmill.lan"),
            "200",
        )
        token = self.ask("GET", "/v1/tokens", secret).json["tokens"][0]["id"]
        self.assertEqual(
            self.ask("DELETE", f"/v1/tokens/{token}", secret).status, 200
        )
        self.assertEqual(self.said("GET", "/v1/jobs"), "401 no-tokens")
        self.assertEqual(self.said("GET", "/healthz"), "200")


if __name__ == "__main__":
    namespaces.main_inside(
        "-n", "ip link set lo up", needs=["ip", "link", "set", "lo", "up"]
    )
