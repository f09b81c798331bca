"""A receiver of webhooks that does what a test tells it."""

import http.server
import json
import threading
import time


class Delivery:
    """One request as it came."""

    def __init__(self, path, headers, body):
        self.at = time.monotonic()
        self.path = path
        self.headers = dict(headers)
        self.body = body
        self.id = headers["webhook-id"]

    @property
    def json(self):
        return json.loads(self.body)


class Receiver:
    """Listens on `host`; answers each request as `rule` says.

    rule: from a Delivery to a status, or a status and a dict of fields. It is
    called on a thread of its own for each request and may take its time.
    """

    def __init__(self, rule=lambda _: 204, port=0, host="127.0.0.1"):
        self.rule = rule
        self.seen = []
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                length = int(self.headers["Content-Length"])
                came = Delivery(self.path, self.headers,
                                self.rfile.read(length))
                with outer.lock:
                    outer.seen.append(came)
                answer = outer.rule(came)
                status, fields = (
                    answer if isinstance(answer, tuple) else (answer, {})
                )
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # A server that was killed has hung up.

        self.server = Server((host, port), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, args=(0.05,), daemon=True
        )
        self.thread.start()

    def url(self, path="/hook", host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def deliveries(self, path=None):
        with self.lock:
            return [x for x in self.seen if path is None or x.path == path]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
