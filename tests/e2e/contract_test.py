"""Every route and every answer that /openapi.json describes, on the binary.

What a client may ask goes through Prism with --errors: it refuses requests and
answers that are not as described. What a client may not ask is asked directly,
and the answer played back through another one. A table of all pairs of route
and status ends the test; one that is missing fails it.
"""

import contextlib
import hashlib
import hmac
import http.client
import io
import csv
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse

import contract_proxy
import harness
from harness import Case, poll, sheet
from receiver import Receiver
from service_test import Answer, Server, multipart
from compat_test import form

NOBODY = "job_01JD8Q3Z5X7K9M2N4P6R8T0V1W"
DOWNLOADS = ("results.csv", "results.jsonl", "results.zip", "failed.csv")
METHODS = ("get", "post", "put", "delete", "patch")

# Pairs that nothing from outside brings about, and what proves them instead.
ELSEWHERE = {
    ("getItemSource", "429"): "needs several at once that hang:"
                              " http.SourceRoute.FetchesFewAtOnce",
    ("getReadiness", "503"): "needs a store that fails while it is read:"
                             " http.ServiceRoutes.SaysWhenItIsNotReady",
}
# Codes of the gate that need a fault of the machine or of Pixmill.
GATE_ELSEWHERE = {
    "internal": "is a bug: http.ServiceRoutes.AnswersABug",
    "insufficient-storage": "http.Gate.SaysWhenABodyCannotBeStored",
    "request-timeout": "http.Gate.RefusesSlowHeads, RefusesSlowBodies",
}


def ask(url, method, path, body=None, headers=(), timeout=40):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(
        url.removeprefix("http://"), timeout=timeout
    )
    with contextlib.closing(connection):
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def say(url, text):
    """Sends bytes as they are; the first answer to them."""
    host, port = url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), 20) as sock:
        sock.sendall(text if isinstance(text, bytes) else text.encode())
        answer = http.client.HTTPResponse(sock)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())


class Described:
    """The routes of a description, and which of their answers were seen."""

    def __init__(self, description):
        self.operations = {}
        self.routes = []
        for path, item in description["paths"].items():
            pattern = re.sub(r"\\{[^/]*?\\}", "[^/]+", re.escape(path))
            for method in METHODS:
                if method in item:
                    name = item[method]["operationId"]
                    self.operations[name] = [
                        code for code in item[method]["responses"]
                        if code != "default"
                    ]
                    self.routes.append(
                        (method, re.compile(pattern), path, name)
                    )
        self.paths = {name: (method, path)
                      for method, _, path, name in self.routes}
        self.seen = {}

    def of(self, method, path):
        path = path.split("?")[0]
        # A text beats a parameter: /results.csv is no job.
        found = [
            (template.count("{"), name)
            for verb, pattern, template, name in self.routes
            if verb == method.lower() and pattern.fullmatch(path)
        ]
        return min(found)[1]

    def note(self, method, path, status):
        key = (self.of(method, path), str(status))
        self.seen[key] = self.seen.get(key, 0) + 1

    def missing(self):
        return [
            (name, code)
            for name, codes in self.operations.items()
            for code in codes
            if (name, code) not in self.seen
        ]

    def table(self):
        lines = [f"{'route':44} answers seen (how often)"]
        for name, codes in self.operations.items():
            method, path = self.paths[name]
            cells = [
                f"{code} ({self.seen[name, code]})" if (name, code) in self.seen
                else f"{code} (elsewhere)" if (name, code) in ELSEWHERE
                else f"{code} (MISSING)"
                for code in codes
            ]
            lines.append(f"{method.upper():6} {path:37} {' '.join(cells)}")
        lines += [f"{name} {code}: {why}"
                  for (name, code), why in ELSEWHERE.items()]
        lines += [f"gate {code}: {why}"
                  for code, why in GATE_ELSEWHERE.items()]
        return "\n".join(lines)


class Contract(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = contract_proxy.install()

    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.server = self.start("main", "http.compat=true")
        self.description = self.server.get("/openapi.json").json
        self.described = Described(self.description)
        self.refusals = set()
        held = contract_proxy.strict(self.description)
        self.proxy = contract_proxy.Proxy(
            self.program, held, self.server.url, self.folder, "--errors"
        )
        self.addCleanup(self.proxy.stop)
        self.replay = contract_proxy.Replay(self.program, held, self.folder)
        self.addCleanup(self.replay.stop)

    def start(self, name, *settings):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        server = Server(folder, self.origin, *settings)
        self.addCleanup(server.stop)
        return server

    # -- the ways to ask -------------------------------------------------------

    def good(self, method, path, body=None, want=200, **headers):
        """A request that is as described; so must its answer be."""
        fields = {k.replace("_", "-"): v for k, v in headers.items()}
        answer = ask(self.proxy.url, method, path, body, fields)
        self.assertNotIn(b"stoplight.io/prism", answer.body, (method, path))
        self.assertEqual(answer.status, want, (method, path, answer.body))
        self.described.note(method, path, answer.status)
        return answer

    def judge(self, method, path, answer):
        if answer.status >= 400:
            self.refusals.add(answer.json["code"])
        wrong = self.replay.violations(ask, method, path, answer)
        self.assertEqual(wrong, [], (method, path, answer.status, answer.body))
        if path != contract_proxy.REFUSED:
            self.described.note(method, path, answer.status)

    def bad(self, method, path, want, code=None, body=None, url=None,
            **headers):
        """A request that should not be made; its answer is as described."""
        fields = {k.replace("_", "-"): v for k, v in headers.items()}
        answer = ask(url or self.server.url, method, path, body, fields)
        self.assertEqual(answer.status, want, (method, path, answer.body))
        if code:
            self.assertEqual(answer.json["code"], code)
        self.judge(method, path, answer)
        return answer

    def refused(self, text, want, code, method="GET",
                path=contract_proxy.REFUSED):
        """Bytes that the gate refuses."""
        answer = say(self.server.url, text)
        self.assertEqual((answer.status, answer.json["code"]), (want, code))
        self.judge(method, path, answer)

    # -- what is asked for -----------------------------------------------------

    def catalogue(self, path="ok", count=4, mark=""):
        base = self.origin.base
        return sheet(
            [[str(k), "Mug", f"{base}/{path}/photo{k % 8}.jpg?n={k}{mark}"]
             for k in range(count)]
        )

    def submitted(self, text, **query):
        answer = self.good(
            "POST", "/v1/jobs?" + urllib.parse.urlencode(query), text.encode(),
            202, Content_Type="text/csv",
        )
        return answer.json["id"]

    def state(self, job, *states):
        return poll(lambda: self.server.get(f"/v1/jobs/{job}").json["state"]
                    in states)

    # -- the test --------------------------------------------------------------

    def test_answers_as_described(self):
        self.check_the_check()
        job = self.submissions()
        self.reading(job)
        self.commands()
        self.console()
        self.webhooks()
        self.nodes()
        self.compat()
        self.pages()
        self.gate()
        self.tokens()
        self.limits()
        self.overload()
        self.streams()
        self.full_disk()
        print("\n" + self.described.table(), file=sys.stderr)
        self.assertEqual(
            set(self.described.missing()), set(ELSEWHERE), "not seen"
        )
        text = self.description["components"]["responses"]["Refused"][
            "description"]
        listed = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|internal|overloaded)`",
                                text))
        self.assertEqual(
            listed - set(GATE_ELSEWHERE) - self.refusals, set(), "not seen"
        )

    def check_the_check(self):
        """Prism sees what is wrong."""
        path = f"/v1/jobs/{self.submitted(self.catalogue(mark='&c'))}"
        self.server.finished(path.rsplit("/", 1)[1])
        right = self.server.get(path)
        self.judge("GET", path, right)

        def wrong(status=200, drop=None, **members):
            headers = [(k, v) for k, v in right.headers.items() if k != drop]
            body = json.dumps({**right.json, **members}).encode()
            found = self.replay.violations(
                ask, "GET", path,
                Answer(status, dict(headers), body),
            )
            self.assertNotEqual(found, [], (status, drop, members))

        wrong(drop="ETag")
        wrong(status=202)
        wrong(state="done")
        wrong(rows="3")
        wrong(more=1)
        wrong(finished_at="yesterday")

    def submissions(self):
        text = self.catalogue()
        forms = [
            (text.encode(), "text/csv"),
            (text.encode(), "text/plain"),
            (json.dumps({"csv": text, "options": {"name": "a"}}).encode(),
             "application/json"),
            (json.dumps({"rows": list(csv.DictReader(io.StringIO(text)))})
             .encode(), "application/json"),
            multipart({"name": "spring", "target": {"quality": 50}}, text),
        ]
        for number, (body, kind) in enumerate(forms):
            answer = self.good("POST", "/v1/jobs", body, 202,
                               Content_Type=kind,
                               Idempotency_Key=f"form {number}")
            self.good("POST", "/v1/validate", body, Content_Type=kind)
        job = answer.json["id"]
        for route in ("/v1/jobs", "/v1/validate"):
            self.rejections(route)
        self.bad("POST", "/v1/jobs", 422, "idempotency-key-reused",
                 self.catalogue(5).encode(), Content_Type="text/csv",
                 Idempotency_Key="form 0")
        self.key_in_flight()
        return job

    def rejections(self, route, form_=None):
        def submit(text):
            if form_:
                body, kind = form_(file=text)
            else:
                body, kind = text.encode(), "text/csv"
            return {"body": body, "Content_Type": kind}

        self.bad("POST", route, 422, "csv-invalid",
                 **submit(sheet([["1", "A", "ftp://a/x.jpg"]])))
        self.bad("POST", route, 413, "max-slots-per-row", **submit(
            sheet([["1", "A", ["https://a.example/x.jpg"] * 10_001]])))
        self.bad("POST", route, 415, "unsupported-media-type", b"x",
                 Content_Type="image/png")
        if not form_:
            self.bad("POST", route + "?qualty=5", 422, "option-invalid",
                     **submit(self.catalogue()))

    def key_in_flight(self):
        """Asks with a key whose request is under way."""
        big = sheet([[str(k), "A", "ftp://a.example/x.jpg"]
                     for k in range(300_000)]).encode()
        fields = {"Content-Type": "text/csv", "Idempotency-Key": "slow"}
        seen = threading.Event()

        def keep_asking():
            # Each of the two may find the other's request under way.
            while not seen.is_set():
                ask(self.server.url, "POST", "/v1/jobs", big, fields)

        thread = threading.Thread(target=keep_asking)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(seen.set)
        path = "/v1/jobs?priority=11"

        def refused():
            answer = ask(self.server.url, "POST", path, b"x", fields)
            return answer if answer.status == 409 else None

        answer = poll(refused, pause=0)
        seen.set()
        self.assertEqual(answer.json["code"], "request-in-flight")
        self.judge("POST", path, answer)

    def webhooks(self):
        receiver = Receiver(lambda came: 500 if "bad" in came.path else 204)
        self.addCleanup(receiver.stop)
        # The origin's port is open to webhooks as well; another's is not.
        hooks = self.start("hooks", f"webhook.allow-ports=[{receiver.port}]",
                           'webhook.schedule=["0s"]')
        proxy = contract_proxy.Proxy(
            self.program, contract_proxy.strict(self.description), hooks.url,
            self.folder, "--errors",
        )
        self.addCleanup(proxy.stop)

        def good(method, path, body=None, want=200, **headers):
            fields = {k.replace("_", "-"): v for k, v in headers.items()}
            answer = ask(proxy.url, method, path, body, fields)
            self.assertNotIn(b"stoplight.io/prism", answer.body, path)
            self.assertEqual(answer.status, want, (path, answer.body))
            self.described.note(method, path, answer.status)
            return answer

        def bad(method, path, want, code, body=None):
            self.bad(method, path, want, code, body, hooks.url)

        for path in ("/hook", "/bad"):
            query = urllib.parse.urlencode(
                {"webhook": json.dumps({"url": receiver.url(path)})}
            )
            job = good("POST", f"/v1/jobs?{query}",
                       self.catalogue(mark=path).encode(), 202,
                       Content_Type="text/csv").json["id"]
            log = f"/v1/jobs/{job}/deliveries"
            poll(lambda: [e for e in hooks.get(log).json["deliveries"]
                          if e["state"] != "pending"])
            seen = good("GET", log)
            good("GET", log, None, 304, If_None_Match=seen.headers["ETag"])
            good("POST", "/v1/webhooks/test",
                 json.dumps({"url": receiver.url(path)}).encode(),
                 Content_Type="application/json")
        event = seen.json["deliveries"][0]
        good("POST", event["links"]["replay"], b"", 202)
        bad("GET", log + "?limit=0", 422, "option-invalid")
        bad("GET", f"/v1/jobs/{NOBODY}/deliveries", 404, "no-such-job")
        bad("POST", "/v1/deliveries/evt_x/replay", 404, "no-such-delivery")
        bad("POST", "/v1/webhooks/test", 422, "option-invalid", b"{}")

    def reading(self, job):
        self.server.finished(job)
        path = f"/v1/jobs/{job}"
        status = self.good("GET", path)
        self.good("GET", path + "?wait=1s", want=304,
                  If_None_Match=status.headers["ETag"])
        for ended in self.server.get("/v1/jobs").json["jobs"]:
            self.server.finished(ended["id"])
        page = self.good("GET", "/v1/jobs?limit=2&state=completed&name=")
        self.good("GET", page.headers["Link"].split(">")[0][1:])
        same = self.good("GET", "/v1/jobs?limit=1")
        self.good("GET", "/v1/jobs?limit=1", want=304,
                  If_None_Match=same.headers["ETag"])
        self.bad("GET", "/v1/jobs?limit=0", 422, "option-invalid")
        for name in DOWNLOADS:
            self.good("GET", f"{path}/{name}")
            self.good("GET", f"/v1/jobs/{NOBODY}/{name}", want=404)
        results = self.good(
            "GET", path + "/results.csv?report=full&csv_safe=true")
        self.good("GET", f"/v1/jobs/{NOBODY}", want=404)
        self.details(path)
        self.sources()
        rows = list(csv.reader(io.StringIO(results.body.decode())))
        url = dict(zip(rows[0], rows[1]))["Output Image Urls"]
        self.file(url.removeprefix(self.server.url))

    def sources(self):
        base = self.origin.base
        job = self.submitted(sheet([["1", "Mug", [
            f"{base}/ok/photo1.jpg?source", f"{base}/status/404?source"]]]))
        self.server.finished(job)
        items = self.server.get(f"/v1/jobs/{job}/items").json["items"]
        for item, want in zip(items, (200, 502)):
            self.good("GET", f"/v1/jobs/{job}/items/{item['id']}/source",
                      want=want)
        self.good("GET", f"/v1/jobs/{job}/items/itm_x/source", want=404)

    def details(self, path):
        items = self.good("GET", path + "/items?status=done&limit=2")
        self.good("GET", items.headers["Link"].split(">")[0][1:])
        self.good("GET", path + "/items?code=timeout&host=a.example")
        lists = ["items", "rows", f"items/{items.json['items'][0]['id']}"]
        for name in lists:
            answer = self.good("GET", f"{path}/{name}")
            self.good("GET", f"{path}/{name}", want=304,
                      If_None_Match=answer.headers["ETag"])
            self.good("GET", f"/v1/jobs/{NOBODY}/{name}", want=404)
        for name in lists[:2]:
            self.bad("GET", f"{path}/{name}?limit=0", 422, "option-invalid")
        self.bad("GET", path + "/items/itm_x", 404, "no-such-item")
        events = self.good("GET", path + "/events")
        last = re.findall(rb"^id: ?(.*)$", events.body, re.M)[-1].decode()
        self.good("GET", path + "/events", want=204, Last_Event_ID=last)
        self.good("GET", f"/v1/jobs/{NOBODY}/events", want=404)

    def streams(self):
        """One stream is all there may be, and somebody has it."""
        server = self.start("streams", "http.stream-threads=1")
        job = server.submit(self.catalogue("hold/streams", 60)).json["id"]
        path = f"/v1/jobs/{job}/events"
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"
                         .encode())
            sock.recv(1)
            self.at(server, "GET", path, 503, "streams-exhausted")
        server.kill()

    def file(self, path):
        whole = self.good("GET", path)
        self.good("GET", path, want=206, Range="bytes=0-9")
        self.good("GET", path, want=304, If_None_Match=whole.headers["ETag"])
        self.good("GET", "/v1/files/" + "0" * 64 + "/a.jpg", want=404)
        self.bad("GET", path, 416, "range-not-satisfiable",
                 Range="bytes=99999999-")
        self.refused(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                     "Range: bytes=0-1,0-1\r\n\r\n", 416,
                     "range-not-satisfiable", path=path)

    def commands(self):
        job = self.submitted(self.catalogue("hold/commands", 60))
        path = f"/v1/jobs/{job}"
        self.state(job, "running")
        for name in DOWNLOADS:
            self.good("GET", f"{path}/{name}", want=409)
            self.good("GET", f"{path}/{name}?partial=true")
        self.good("GET", f"/download/{job}", want=409)
        self.good("DELETE", path, want=409)
        self.good("POST", path + "/retry", want=409)
        self.good("POST", path + "/pause", want=202)
        self.good("POST", path + "/resume", want=202)
        self.good("POST", path + "/cancel", want=202)
        self.state(job, "canceled")
        for word in ("pause", "resume", "cancel"):
            self.good("POST", f"{path}/{word}", want=409)
        for word in ("pause", "resume", "cancel", "retry"):
            self.good("POST", f"/v1/jobs/{NOBODY}/{word}", want=404)
        self.bad("POST", path + "/retry", 422, "option-invalid", b'{"x":1}',
                 Content_Type="application/json")
        self.good("POST", path + "/retry",
                  b'{"codes":[],"hosts":["127.0.0.1"],"limit":1}', 202,
                  Content_Type="application/json")
        self.origin.release("commands")
        self.server.finished(job)
        self.good("DELETE", f"/v1/jobs/{NOBODY}", want=404)
        self.good("DELETE", path, want=204)
        self.gone(job)

    def console(self):
        """Looking inside, and acting on it."""
        job = self.submitted(self.catalogue("hold/inside", 60))
        self.state(job, "running")
        self.looks(job)
        self.acts(job)
        self.operations()
        self.good("POST", f"/v1/jobs/{job}/cancel", want=202)

    def looks(self, job):
        self.bad("GET", "/v1/actors?sort=size", 422, "option-invalid")
        self.bad("GET", "/v1/actors/tree?depth=0", 422, "option-invalid")
        self.good("GET", "/v1/actors")
        self.good("GET", f"/v1/actors?sort=busy&top=5&job={job}&window=5s")
        tree = self.good("GET", "/v1/actors/tree?depth=4&limit=2")
        self.good("GET", tree.headers["Link"].split(">")[0][1:])
        self.bad("GET", "/v1/actors/tree?root=head:999999", 404,
                 "no-such-actor")
        for one in self.server.get("/v1/actors?top=1000").json["actors"]:
            if one["kind"] not in ("row", "image"):
                self.good("GET", f"/v1/actors/{one['id']}")
        self.bad("GET", "/v1/actors/head:999999", 404, "no-such-actor")

    def operations(self):
        for path in ("overview", "origins", "config", "audit", "errors",
                     "history", "deliveries"):
            self.good("GET", f"/v1/{path}")
        self.good("GET", "/v1/history?metric=cpu&points=5")
        self.bad("GET", "/v1/history?metric=joy", 422, "option-invalid")
        self.good("GET", "/v1/errors?code=timeout&host=a.example&limit=1")
        page = self.good("GET", "/v1/audit?limit=1")
        self.good("GET", page.headers["Link"].split(">")[0][1:])
        for path in ("audit", "errors", "deliveries"):
            self.bad("GET", f"/v1/{path}?limit=0", 422, "option-invalid")

    def acts(self, job):
        actors = self.server.get(f"/v1/actors?kind=job&job={job}")
        actor = actors.json["actors"][0]["id"]
        path = f"/v1/actors/{actor}"
        send = {"Content_Type": "application/json"}
        begun = self.good("POST", path + "/trace", b'{"seconds":1}', 202,
                          **send)
        events = self.good("GET", begun.json["links"]["events"])
        self.assertIn(b"event: end", events.body)
        self.bad("POST", path + "/trace", 422, "option-invalid", b'{"x":1}',
                 **send)
        self.bad("POST", "/v1/actors/head:999999/trace", 404,
                 "no-such-actor", b"{}", **send)
        self.bad("GET", "/v1/traces/trc_x/events", 404, "no-such-trace")
        self.good("POST", path + "/kill", b"{}", 409, **send)
        journal = self.server.get("/v1/actors?kind=journal")
        self.bad("POST", f"/v1/actors/{journal.json['actors'][0]['id']}/kill",
                 409, "not-killable", b"{}", **send)
        self.good("POST", path + "/kill",
                  json.dumps({"confirm": actor}).encode(), 202, **send)
        self.bad("POST", "/v1/actors/head:999999/kill", 404, "no-such-actor",
                 b"{}", **send)

    def gone(self, job):
        """A job that was purged, on every route that names it."""
        for name, codes in self.described.operations.items():
            if "410" not in codes:
                continue
            method, path = self.described.paths[name]
            path = path.replace("{id}", job).replace("{item}", "itm_x")
            body = b"" if method == "post" else None
            self.bad(method.upper(), path, 410, "gone", body)

    def permit(self, folder, life=60):
        """What the head gives a worker with a task."""
        with open(os.path.join(folder, "cluster-secret"), "rb") as file:
            secret = file.read()
        text = f"job_1.1.{int((time.time() + life) * 1000)}"
        return text + "." + hmac.new(secret, text.encode(),
                                     "sha256").hexdigest()

    def nodes(self):
        """A head with two workers of one name."""
        head = self.start("head", 'cluster.address="127.0.0.1:0"')
        head.process.stdout.readline()
        where = head.process.stdout.readline().split(" at ")[1].split(",")[0]
        for _ in range(2):
            worker = harness.start(
                ["worker", "--join", where, "--name", "twin", "--slots", "2"])
            self.addCleanup(worker.communicate)
            self.addCleanup(worker.kill)

        def twins():
            found = [one for one in head.get("/v1/nodes").json["nodes"]
                     if one["name"] == "twin"]
            return found if len(found) == 2 else None

        node = poll(twins)[0]["id"]
        self.at(head, "GET", "/v1/nodes", 200)
        for verb in ("drain", "undrain"):
            path = f"/v1/nodes/{{}}/{verb}"
            self.at(head, "POST", path.format(node), 202, None, b"")
            self.at(head, "POST", path.format("nobody"), 404, "no-such-node",
                    b"")
            self.at(head, "POST", path.format("twin"), 409, "node-ambiguous",
                    b"")
        self.at(head, "POST", f"/v1/nodes/{node}/drain", 422, "option-invalid",
                b'{"x":1}', Content_Type="application/json")
        self.handing_in(head, os.path.join(self.folder, "head"))

    def handing_in(self, head, folder):
        image = b"no picture, but nobody looks"
        key = hashlib.sha256(image).hexdigest()
        path = f"/v1/internal/images/{key}.jpg"

        def put(to, want, code=None, body=image, life=60, **headers):
            held = {"Authorization": f"Bearer {self.permit(folder, life)}",
                    "Content_Type": "image/jpeg", **headers}
            self.at(head, "PUT", to, want, code, body, **held)

        put(path, 204)
        put(path, 401, "permit-invalid", life=-1)
        put(path, 401, "permit-invalid", Authorization="Bearer x")
        put(path, 413, "too-large", b"x" * 26_214_401)
        put(path, 422, "content-mismatch", b"another")
        put(path.replace("jpg", "exe"), 422, "option-invalid")

    def compat(self):
        body, kind = form(file=self.catalogue())
        job = self.good("POST", "/upload", body, 202,
                        Content_Type=kind).json["request_id"]
        self.rejections("/upload", form)
        self.good("GET", f"/status/{job}")
        self.server.finished(job)
        self.good("GET", f"/status/{job}")
        self.good("GET", f"/download/{job}")
        for route in ("status", "download"):
            self.good("GET", f"/{route}/{NOBODY}", want=404)

    def pages(self):
        for path in ("/healthz", "/readyz", "/openapi.json", "/docs",
                     "/metrics", "/console", "/console/main.js",
                     "/console/console.css", "/console/icon.svg",
                     "/console/chart.js"):
            answer = self.good("GET", path)
            if "ETag" in answer.headers:
                self.good("GET", path, want=304,
                          If_None_Match=answer.headers["ETag"])
        self.bad("GET", "/console/nothing.js", 404, "no-such-file")

    def gate(self):
        get = "GET /v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
        post = "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\n"
        attacks = [
            (get + "a b\r\n\r\n", 400, "bad-request"),
            (post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
             400, "bad-request"),
            (get.replace("localhost", "evil.example") + "\r\n", 403,
             "foreign-host"),
            (get + "Origin: https://evil.example\r\n\r\n", 403,
             "foreign-origin"),
            (post + "\r\n", 411, "length-required"),
            (post + "Content-Length: 9999999999999\r\n\r\n", 413,
             "payload-too-large"),
            ("GET /" + "a" * 9_000 + " HTTP/1.1\r\n", 414, "uri-too-long"),
            (get + "Content-Encoding: br\r\n\r\n", 415,
             "unsupported-encoding"),
            (get + "Range: bytes=0-1,0-1\r\n\r\n", 416,
             "range-not-satisfiable"),
            (get + "Expect: cake\r\n\r\n", 417, "expectation-failed"),
            (get + "a: " + "b" * 20_000, 431, "headers-too-large"),
            (get + "a: b\r\n" * 70, 431, "headers-too-large"),
            ("BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", 501,
             "method-unknown"),
            (post + "Transfer-Encoding: gzip\r\n\r\n", 501,
             "transfer-encoding-unknown"),
            ("GET / HTTP/3.0\r\n", 505, "http-version-not-supported"),
        ]
        for text, status, code in attacks:
            with self.subTest(code):
                self.refused(text, status, code)

    def tokens(self):
        """Who may ask: every route that wants a token."""
        server = self.start("guarded", "http.compat=true")

        def token(*scopes, **wish):
            body = json.dumps({"scopes": scopes, **wish}).encode()
            held = f"Bearer {admin}" if admin else ""
            return self.at(server, "POST", "/v1/tokens", 201, None, body,
                           Authorization=held, Content_Type="application/json")

        admin = None
        admin = token("admin").json["token"]
        keys = {
            scope: token(scope).json["token"] for scope in ("read", "submit")
        }
        lesser = {"read": "submit", "submit": "read", "admin": "read"}
        for name, codes in self.described.operations.items():
            method, path = self.described.paths[name]
            path = re.sub(r"{.*?}", NOBODY, path)
            security = self.description["paths"][
                self.described.paths[name][1]][method]["security"]
            wanted = [one["bearer"][0] for one in security
                      if "bearer" in one]
            body = b"x" if method == "post" else None
            self.assertEqual("401" in codes, any(security), name)
            if not wanted:
                continue
            self.at(server, method.upper(), path, 401, "token-missing", body)
            self.at(server, method.upper(), path, 403, "scope-missing", body,
                    Authorization=f"Bearer {keys[lesser[wanted[0]]]}")
        held = {"Authorization": f"Bearer {admin}"}
        self.at(server, "GET", "/v1/jobs", 401, "token-unknown",
                Authorization="Bearer x")
        short = token("read", expires="1s").json["token"]
        poll(lambda: ask(server.url, "GET", "/v1/jobs", headers={
            "Authorization": f"Bearer {short}"}).status == 401)
        self.at(server, "GET", "/v1/jobs", 401, "token-expired",
                Authorization=f"Bearer {short}")
        shop = token("read", tenant="shop-1").json["token"]
        self.at(server, "GET", "/v1/jobs", 200,
                Authorization=f"Bearer {shop}")
        self.judge("GET", contract_proxy.REFUSED, ask(
            server.url, "GET", "/metrics",
            headers={"Authorization": f"Bearer {shop}"}))
        self.at(server, "POST", "/v1/tokens", 422, "option-invalid", b"{}",
                **held)
        listed = self.at(server, "GET", "/v1/tokens", 200, **held).json
        self.at(server, "DELETE", "/v1/tokens/tok_x", 404, "no-such-token",
                **held)
        ids = [one["id"] for one in listed["tokens"]]
        for one in ids[1:]:
            self.at(server, "DELETE", f"/v1/tokens/{one}", 204, **held)
        self.at(server, "DELETE", f"/v1/tokens/{ids[0]}", 200, **held)
        self.at(server, "GET", "/v1/jobs", 401, "no-tokens", **held)

    def limits(self):
        """One request a second is all that a token may make."""
        server = self.start("limited", "http.compat=true", "http.rate-limit=1",
                            "http.rate-burst=1")
        made = self.at(server, "POST", "/v1/tokens", 201, None,
                       b'{"scopes":["admin"]}', Content_Type="application/json")
        held = {"Authorization": f"Bearer {made.json['token']}"}
        for method, path in (("GET", contract_proxy.REFUSED),
                             ("POST", "/v1/jobs"), ("POST", "/upload")):
            def asked(method=method, path=path):
                found = ask(server.url, method, path,
                            b"x" if method == "POST" else None,
                            {**held, "Content-Type": "text/csv"})
                return found if found.status == 429 else None

            self.judge(method, path, poll(asked, pause=0))

    def at(self, server, method, path, want, code=None, body=None, **headers):
        """A request to another server than the main one."""
        return self.bad(method, path, want, code, body, server.url, **headers)

    def overload(self):
        """One worker that a deaf client holds, and a full queue behind it."""
        server = self.start("small", "http.compat=true",
                            "http.worker-threads=1")
        wide = sheet([[str(k), "x" * 400, "ftp://a/x.jpg"]
                      for k in range(40_000)])
        job = server.submit(wide, on_invalid="skip").json["id"]
        server.finished(job)
        host, port = server.url.removeprefix("http://").split(":")
        get = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with contextlib.ExitStack() as clients:
            def connect(path):
                sock = socket.socket()
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                sock.connect((host, int(port)))
                clients.callback(sock.close)
                sock.sendall(get.format(path).encode())
                return sock

            connect(f"/v1/jobs/{job}/results.csv").recv(1)
            for _ in range(300):
                connect("/v1/jobs")
            for name, codes in self.described.operations.items():
                method, path = self.described.paths[name]
                if "503" not in codes or name in ("getReadiness", "followJob"):
                    continue  # They have workers of their own.
                body = b"x" if method == "post" else None
                self.bad(method.upper(), re.sub(r"{.*?}", NOBODY, path), 503,
                         "overloaded", body, server.url,
                         Content_Type="text/csv")
        server.kill()

    def full_disk(self):
        folder = os.path.join(self.folder, "full")
        os.mkdir(folder)
        if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs",
                           "/mnt"], stderr=subprocess.DEVNULL).returncode:
            for name in ("submitJob", "uploadCsv", "createToken",
                         "handInImage"):
                ELSEWHERE[name, "507"] = "needs root here"
            return
        program = harness.PIXMILL
        inside = os.path.join(self.folder, "inside")
        with open(inside, "w") as file:
            file.write("#!/bin/bash\nexec unshare -m bash -c 'mount -t tmpfs "
                       f"-o size=32m tmpfs {folder} && exec \"$@\"' inside "
                       f"{program} \"$@\"\n")
        os.chmod(inside, 0o755)
        harness.PIXMILL = inside
        try:
            server = self.start("full", "http.compat=true",
                                'cluster.address="127.0.0.1:0"')
        finally:
            harness.PIXMILL = program
        ballast = f"/proc/{server.process.pid}/root{folder}/ballast"
        with contextlib.suppress(OSError):
            with open(ballast, "wb", buffering=0) as file:
                while True:
                    file.write(b"\0" * 4096)
        text = self.catalogue(count=20_000)
        # The journal has room of its own that was reserved before.
        poll(lambda: server.submit(text).status == 507, 90, 0)
        for route in ("/v1/jobs", "/upload"):
            body, kind = (form(file=text) if route == "/upload"
                          else (text.encode(), "text/csv"))
            self.bad("POST", route, 507, "disk-full", body, server.url,
                     Content_Type=kind)
        with open(f"/proc/{server.process.pid}/root{folder}/cluster-secret") as seen:
            with open(os.path.join(self.folder, "cluster-secret"), "w") as file:
                file.write(seen.read())
        big = os.urandom(8 << 20)
        self.at(server, "PUT", "/v1/internal/images/"
                f"{hashlib.sha256(big).hexdigest()}.jpg", 507, "disk-full", big,
                Authorization=f"Bearer {self.permit(self.folder)}",
                Content_Type="image/jpeg")
        # What is only checked needs no space.
        checked = ask(server.url, "POST", "/v1/validate", text.encode(),
                      {"Content-Type": "text/csv"})
        self.assertEqual(checked.status, 200, checked.body[:200])
        self.at(server, "POST", "/v1/tokens", 507, "disk-full",
                b'{"scopes":["admin"]}', Content_Type="application/json")
        os.remove(ballast)
        server.kill()


if __name__ == "__main__":
    if not contract_proxy.node_is_there():
        print("skipped: needs node 18 and npm")
        sys.exit(77)
    harness.main()
