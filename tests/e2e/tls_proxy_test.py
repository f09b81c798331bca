"""packaging/nginx-pixmill.conf: nginx with TLS in front of `pixmill serve`."""

import csv
import http.client
import io
import json
import os
import socket
import ssl
import subprocess
import unittest
import urllib.parse

from PIL import Image

import harness
from harness import (
    Case, OK, free_port, log_lines, poll, sheet, wait_for_port
)
from service_test import Answer, Server

NAME = "images.shop.example"
SHIPPED = os.path.join(
    harness.HERE, "..", "..", "packaging", "nginx-pixmill.conf"
)
TRACE = "0af7651916cd43dd8448eb211c80319c"
AROUND = """
    worker_processes 1;
    daemon off;
    pid {state}/nginx.pid;
    error_log {state}/error.log;
    {user}
    events {{ worker_connections 256; }}
    http {{
      access_log off;
      client_body_temp_path {state}/body;
      proxy_temp_path {state}/proxy;
      fastcgi_temp_path {state}/fastcgi;
      uwsgi_temp_path {state}/uwsgi;
      scgi_temp_path {state}/scgi;
      include {state}/site.conf;
    }}
"""


class Connection(http.client.HTTPSConnection):
    """To the proxy under its name, from an address of loopback."""

    def __init__(self, proxy, source="127.0.0.1", protocols=("http/1.1",)):
        self.tls = ssl.create_default_context(cafile=proxy.certificate)
        self.tls.set_alpn_protocols(list(protocols))
        super().__init__(NAME, proxy.port, timeout=40, context=self.tls)
        self.source = source

    def connect(self):
        plain = socket.create_connection(
            ("127.0.0.1", self.port), 40, (self.source, 0)
        )
        self.sock = self.tls.wrap_socket(plain, server_hostname=NAME)


class Proxy:
    """Debian's nginx with the shipped file, its ports and paths replaced."""

    def __init__(self, folder, port, service):
        self.state = os.path.join(folder, "nginx")
        os.mkdir(self.state)
        self.port = port
        self.plain_port = free_port()
        self.certificate = self.state + "/certificate.pem"
        key = self.state + "/key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-keyout", key, "-out", self.certificate, "-days", "2",
             "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"],
            check=True, capture_output=True,
        )
        with open(SHIPPED) as file:
            site = file.read()
        for old, new in (
            ("server 127.0.0.1:8080;", f"server {service};"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain_port};"),
            ("listen 443 ", f"listen 127.0.0.1:{port} "),
            (f"https://{NAME}$", f"https://{NAME}:{port}$"),
            ("/etc/ssl/pixmill/fullchain.pem", self.certificate),
            ("/etc/ssl/pixmill/privkey.pem", key),
            # What Pixmill says of buffering must not hide what the file says.
            ("proxy_http_version 1.1;",
             "proxy_http_version 1.1; proxy_ignore_headers X-Accel-Buffering;"),
        ):
            assert old in site, old
            site = site.replace(old, new)
        with open(self.state + "/site.conf", "w") as file:
            file.write(site)
        with open(self.state + "/nginx.conf", "w") as file:
            user = "user root;" if os.getuid() == 0 else ""
            file.write(AROUND.format(state=self.state, user=user))
        self.process = subprocess.Popen(
            [harness.NGINX, "-p", self.state, "-c",
             self.state + "/nginx.conf", "-e", self.state + "/start"]
        )
        wait_for_port(port)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Proxied(Case):
    token = None

    def setUp(self):
        super().setUp()
        if not os.path.exists(harness.NGINX):
            self.skipTest("no nginx: apt-get install nginx-light")
        self.origin = self.faulty()
        self.log = os.path.join(self.folder, "log")
        port = free_port()
        self.public = f"https://{NAME}:{port}"
        self.server = server = Server(
            self.folder, self.origin, f'http.public-url="{self.public}"',
            f'log.file="{self.log}"', "log.json=true"
        )
        self.addCleanup(server.stop)
        self.proxy = Proxy(
            self.folder, port, urllib.parse.urlsplit(server.url).netloc
        )
        self.addCleanup(self.proxy.stop)

    def open(self, method, path, body=None, source="127.0.0.1", **fields):
        """The connection, and the answer while it may still arrive."""
        connection = Connection(self.proxy, source)
        self.addCleanup(connection.close)
        headers = {k.replace("_", "-"): v for k, v in fields.items()}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def ask(self, *arguments, **fields):
        with self.open(*arguments, **fields) as answer:
            return Answer(answer.status, answer.headers, answer.read())


class OpenProxy(Proxied):
    def test_the_host_passed_on_is_that_of_the_public_url(self):
        # Without tokens Pixmill refuses any other, and pages of other sites.
        answer = self.ask("GET", "/v1/jobs", Origin=self.public)
        self.assertEqual(answer.status, 200, answer.body)
        answer = self.ask("GET", "/v1/jobs", Origin="https://other.example")
        self.assertEqual(answer.status, 403)


class GuardedProxy(Proxied):
    def setUp(self):
        super().setUp()
        # As the unit's comment has it: while it is open, through the server.
        made = harness.run(
            ["token", "new", "--scope", "submit,read", "--url", self.server.url]
        )
        self.assertExit(OK, made)
        self.token = made.stdout.strip()

    def submit(self, *urls, **fields):
        text = sheet([[str(k), "Mug", url] for k, url in enumerate(urls)])
        answer = self.ask(
            "POST", "/v1/jobs", text.encode(), Content_Type="text/csv", **fields
        )
        self.assertEqual(answer.status, 202, answer.body)
        return answer.json["id"]

    def url(self, kind, number):
        return f"{self.origin.base}/{kind}/photo{number}.jpg"

    def finished(self, job):
        return self.ask("GET", f"/v1/jobs/{job}").json["finished_at"]

    def test_results_link_to_the_public_url_and_images_come_through(self):
        job = self.submit(self.url("ok", 0), self.url("ok", 1))
        poll(lambda: self.finished(job))
        results = self.ask("GET", f"/v1/jobs/{job}/results.csv")
        rows = list(csv.reader(io.StringIO(results.body.decode())))
        self.assertEqual(len(rows), 3)
        column = rows[0].index("Output Image Urls")
        for row in rows[1:]:
            self.assertTrue(
                row[column].startswith(self.public + "/v1/files/"), row
            )
            image = self.ask("GET", row[column].removeprefix(self.public))
            self.assertEqual(image.status, 200, image.body)
            Image.open(io.BytesIO(image.body)).load()

    def test_events_arrive_while_the_job_runs(self):
        job = self.submit(self.url("ok", 0), self.url("hold/k", 1))
        kinds = []
        with self.open("GET", f"/v1/jobs/{job}/events") as stream:
            self.assertEqual(stream.status, 200)
            for line in iter(stream.readline, b""):
                if not line.startswith(b"event:"):
                    continue
                kinds.append(line.split()[1].decode())
                if kinds.count("item") == 1 and kinds[-1] == "item":
                    self.assertIsNone(self.finished(job))
                    self.origin.release()
        self.assertEqual(kinds.count("item"), 2, kinds)
        self.assertEqual(kinds[-1], "end")

    def test_ids_of_requests_and_traces_pass(self):
        self.submit(
            self.url("ok", 0), X_Request_Id="shop-42",
            traceparent=f"00-{TRACE}-b7ad6b7169203331-01",
        )
        lines = log_lines(
            self.log, lambda x: x.get("request_id") == "shop-42"
        )
        told = [x for x in lines if x.get("request_id") == "shop-42"]
        self.assertEqual({x.get("trace_id") for x in told}, {TRACE})
        # Without one it is nginx's.
        given = self.ask("GET", "/v1/jobs").headers["X-Request-Id"]
        self.assertRegex(given, "^[0-9a-f]{32}$")

    def test_bodies_of_any_size_reach_pixmill_before_they_are_whole(self):
        # nginx's own limit is 1 MiB; a refusal has to be Pixmill's.
        connection = Connection(self.proxy)
        self.addCleanup(connection.close)
        connection.putrequest("POST", "/v1/jobs")
        connection.putheader("Content-Type", "text/csv")
        connection.putheader("Content-Length", str(64 << 20))
        connection.endheaders(b"S. No.,")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 401)
        self.assertEqual(json.loads(answer.read())["code"], "token-missing")

    def test_metrics_are_for_this_machine(self):
        self.assertEqual(self.ask("GET", "/metrics").status, 200)
        # 127.0.0.2 is not the address that the file allows.
        refused = self.ask("GET", "/metrics", source="127.0.0.2")
        self.assertEqual(refused.status, 403)
        self.assertIn(b"nginx", refused.body)
        answer = self.ask("GET", "/readyz", source="127.0.0.2")
        self.assertEqual(answer.status, 200)

    def test_other_names_are_not_served(self):
        for host in ("localhost", f"127.0.0.1:{self.proxy.port}"):
            with self.assertRaises(http.client.RemoteDisconnected, msg=host):
                self.ask("GET", "/healthz", Host=host)

    def test_http_2_is_spoken_and_plain_http_redirected(self):
        connection = Connection(self.proxy, protocols=("h2", "http/1.1"))
        connection.connect()
        self.addCleanup(connection.close)
        self.assertEqual(connection.sock.selected_alpn_protocol(), "h2")
        self.assertIn(connection.sock.version(), ("TLSv1.2", "TLSv1.3"))
        plain = http.client.HTTPConnection(
            "127.0.0.1", self.proxy.plain_port, timeout=10
        )
        self.addCleanup(plain.close)
        plain.request("POST", "/v1/jobs?name=a", b"x", {"Host": NAME})
        answer = plain.getresponse()
        self.assertEqual(answer.status, 308)
        self.assertEqual(
            answer.headers["Location"], self.public + "/v1/jobs?name=a"
        )


if __name__ == "__main__":
    harness.main()
