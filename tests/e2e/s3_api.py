"""Swift's S3 API for a test: a process of its own, while it is needed."""

import json
import os
import shutil
import subprocess
import tempfile
import urllib.request

import harness

ACCESS_KEY = "PIXMILLTEST"
SECRET_KEY = "secret/of+the=tests"
BUCKET = "images"


def is_installed():
    """Whether Debian's python3-swift is there."""
    return subprocess.run(
        [harness.PYTHON, "-c", "import swift, eventlet"],
        stderr=subprocess.DEVNULL,
    ).returncode == 0


class S3Api:
    def __init__(self):
        # Not in memory: extended attributes are needed.
        self.folder = tempfile.mkdtemp(prefix="pixmill-swift-", dir="/var/tmp")
        self.port = harness.free_port()  # Others get it not while it is away.
        self.inner_port = 0
        self.process = None
        self.start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts it, on the same port as before, with what it has stored."""
        self.process = subprocess.Popen(
            [
                harness.PYTHON,
                "-B",
                os.path.join(harness.HERE, "swift_server.py"),
                self.folder,
                ACCESS_KEY,
                SECRET_KEY,
                BUCKET,
                "--port",
                str(self.port),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("Swift does not start")
        self.port, self.inner_port = map(int, line.split())

    def kill(self):
        """Ends it as a crash does."""
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()

    def stop(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # What it has stored is asked for in Swift's own way, not in that of S3.

    def ask(self, path, method="GET"):
        url = f"http://127.0.0.1:{self.inner_port}/v1/AUTH_pixmill/{BUCKET}"
        request = urllib.request.Request(url + path, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.read().decode()

    def keys(self, prefix):
        """The keys of the objects that start with `prefix`."""
        found = json.loads(self.ask(f"?format=json&prefix={prefix}"))
        return [each["name"] for each in found]

    def remove(self, key):
        self.ask(f"/{key}", "DELETE")
