"""Prism, a public tool, between a client and the service: it holds requests and
answers against the service's own description.

It is installed by npm into the build folder, in a pinned version.
"""

import copy
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import harness

PRISM = "@stoplight/prism-cli@5.14.2"
FOLDER = os.environ.get("PIXMILL_NPM", "/tmp/pixmill-npm")
REFUSED = "/refused"  # A route of ours: what the gate says to anybody.
# Not those of one connection.
OWN_FIELDS = {"connection", "keep-alive", "transfer-encoding", "content-length"}


def node_is_there():
    try:
        version = subprocess.run(
            ["node", "--version"], capture_output=True, text=True, check=True
        ).stdout
        subprocess.run(["npm", "--version"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return False
    return int(version.strip("v\n").split(".")[0]) >= 18


def install():
    """The program's path; installs it when that has not been done."""
    program = os.path.join(FOLDER, "node_modules/.bin/prism")
    stamp = os.path.join(FOLDER, "installed")
    if os.path.exists(stamp) and open(stamp).read() == PRISM:
        return program
    os.makedirs(FOLDER, exist_ok=True)
    subprocess.run(
        ["npm", "install", "--prefix", FOLDER, "--ignore-scripts",
         "--no-audit", "--no-fund", "--loglevel=error", PRISM],
        check=True, stdout=sys.stderr,
    )
    with open(stamp, "w") as file:
        file.write(PRISM)
    return program


def strict(description):
    """The description without leeway: objects have no other members, routes
    no other answers."""
    out = copy.deepcopy(description)

    def close(value):
        if isinstance(value, dict):
            if value.get("type") == "object" and "properties" in value:
                value.setdefault("additionalProperties", False)
            for one in value.values():
                close(one)
        elif isinstance(value, list):
            for one in value:
                close(one)

    close(out["components"])
    close(out["paths"])
    for item in out["paths"].values():
        for method in item.keys() & {"get", "post", "put", "delete", "patch"}:
            del item[method]["responses"]["default"]
    refused = {"$ref": "#/components/responses/Refused"}
    out["paths"][REFUSED] = {
        "get": {"operationId": "refused", "security": [],
                "responses": {"default": refused}}
    }
    return out


class Proxy:
    """One Prism, while it is needed."""

    def __init__(self, program, description, upstream, folder, *flags):
        self.port = harness.free_port()
        self.log = os.path.join(folder, f"prism-{self.port}.log")
        path = os.path.join(folder, f"openapi-{self.port}.json")
        with open(path, "w") as file:
            json.dump(description, file)
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["node", program, "proxy", *flags, "-h", "127.0.0.1",
                 "-p", str(self.port), path, upstream],
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )
        harness.wait_for_port(self.port, 60)
        self.url = f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Player(BaseHTTPRequestHandler):
    """Answers with what the service has said before."""

    protocol_version = "HTTP/1.1"

    def play(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, fields, body = self.server.said
        self.send_response_only(status)
        for name, value in fields:
            if name.lower() not in OWN_FIELDS:
                self.send_header(name, value)
        if status != 204 and status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if status != 204 and status != 304:
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = play

    def log_message(self, *_):
        pass


class Replay:
    """A Prism that judges answers which were had without it."""

    def __init__(self, program, description, folder):
        self.player = ThreadingHTTPServer(("127.0.0.1", 0), Player)
        self.thread = threading.Thread(
            target=self.player.serve_forever, daemon=True
        )
        self.thread.start()
        port = self.player.server_address[1]
        self.proxy = Proxy(
            program, description, f"http://127.0.0.1:{port}", folder
        )

    def stop(self):
        self.proxy.stop()
        self.player.shutdown()
        self.player.server_close()

    def violations(self, ask, method, path, answer):
        """What is wrong with `answer` to a request of this path."""
        self.player.said = (
            answer.status, list(answer.headers.items()), answer.body
        )
        body = b"{}" if method == "POST" else None
        judged = ask(self.proxy.url, method, path, body)
        if b"stoplight.io/prism" in judged.body:
            return [judged.body.decode()]
        found = json.loads(judged.headers.get("sl-violations", "[]"))
        return [one for one in found if one["location"][0] == "response"]
