"""What the end-to-end tests share: the binary, origins, pictures, results.

The binary is named by the environment variable PIXMILL. Every test works in a
temporary folder of its own; processes are ended by the id they were started
with.
"""

import contextlib
import csv
import io
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from PIL import Image

import pictures

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = "/usr/bin/python3"
PIXMILL = os.environ.get("PIXMILL", "pixmill")
NGINX = "/usr/sbin/nginx"

# PRODUCT's exit codes.
OK, USAGE, INVALID_CSV, WITH_FAILURES, INTERRUPTED = 0, 2, 3, 4, 130


class Run:
    """What one call of the binary came to."""

    def __init__(self, code, stdout, stderr, seconds=0.0, peak_bytes=0):
        self.code = code
        self.stdout = stdout
        self.stderr = stderr
        self.seconds = seconds
        self.peak_bytes = peak_bytes

    def __str__(self):
        return f"exit {self.code}\n{self.stdout}\n{self.stderr}"


def loopback(port, *more):
    """The flags without which no loopback origin is reached."""
    settings = [
        'fetch.allow-cidrs=["127.0.0.0/8"]',
        f"fetch.allow-ports=[{port}]",
        "fetch.first-pause=50ms",
        *more,
    ]
    return [word for setting in settings for word in ("--set", setting)]


def start(arguments, **options):
    """Starts the binary as the leader of a process group of its own."""
    return subprocess.Popen(
        [PIXMILL, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        **options,
    )


def run(arguments, timeout=120, **options):
    begin = time.monotonic()
    process = start(arguments, **options)
    with MemoryWatch(process.pid) as memory:
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            raise AssertionError(
                f"still running after {timeout} s:\n{stdout}\n{stderr}"
            ) from None
    seconds = time.monotonic() - begin
    return Run(process.returncode, stdout, stderr, seconds, memory.peak)


class MemoryWatch:
    """Samples the memory of a process and all its descendants."""

    def __init__(self, pid, pause=0.05):
        self.pid = pid
        self.pause = pause
        self.peak = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def watch(self):
        while not self.over.wait(self.pause):
            self.peak = max(self.peak, sum(map(pss, tree(self.pid))))


def tree(pid):
    """The process and its descendants."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{parent}/task"):
                with open(f"/proc/{parent}/task/{task}/children") as file:
                    found += map(int, file.read().split())
    return found


def pss(pid):
    """Proportional set size: shared pages count once over all who share."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) << 10
    return 0


class FaultyOrigin:
    """tests/e2e/origin.py, while it is needed."""

    def __init__(self, folder, host="127.0.0.1"):
        self.process = subprocess.Popen(
            [PYTHON, os.path.join(HERE, "origin.py"), folder, "--host", host],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self.process.stdout.readline())
        self.base = f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def ask(self, path):
        with socket.create_connection(("127.0.0.1", self.port)) as sock:
            sock.sendall(f"GET {path} HTTP/1.1\r\nHost: o\r\n\r\n".encode())
            sock.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: sock.recv(65536), b""))
        return json.loads(answer.split(b"\r\n\r\n", 1)[1])

    def stats(self):
        return self.ask("/_stats")

    def count(self):
        """How many requests there were so far."""
        return self.ask("/_count")

    def load(self):
        """How many pictures were asked for at once, and how many too early."""
        return self.ask("/_load")

    def requests(self):
        """How often each path was asked for."""
        return self.stats()["paths"]

    def release(self, key="k"):
        """Lets the pictures of /hold and /pace go."""
        self.ask(f"/_release/{key}")


class NginxOrigin:
    """Debian's nginx over a folder, on a free port of loopback.

    /FILE, /u/ANYTHING/FILE, and /delay/SECONDS/ANYTHING/FILE, which nginx-light
    can by its echo module.
    """

    ECHO = "/usr/lib/nginx/modules/ngx_http_echo_module.so"
    CONFIGURATION = """
        {modules}
        worker_processes 1;
        daemon off;
        pid {state}/nginx.pid;
        error_log {state}/error.log;
        {user}
        events {{ worker_connections 1024; }}
        http {{
          types {{ image/jpeg jpg; image/png png; image/webp webp; }}
          access_log {state}/access.log;
          client_body_temp_path {state}/body;
          proxy_temp_path {state}/proxy;
          fastcgi_temp_path {state}/fastcgi;
          uwsgi_temp_path {state}/uwsgi;
          scgi_temp_path {state}/scgi;
          keepalive_requests 100000;
          server {{
            listen 127.0.0.1:{port};
            root {folder};
            location ~ ^/u/[^/]+/(?<name>[^/]+)$ {{ try_files /$name =404; }}
            {delay}
          }}
        }}
    """

    DELAY = """
            location ~ ^/delay/(?<pause>[0-9.]+)/(?<rest>[^/]+/[^/]+)$ {
              echo_sleep $pause;
              echo_exec /u/$rest;
            }
    """

    def __init__(self, folder):
        echo = os.path.exists(self.ECHO)
        self.state = tempfile.mkdtemp(prefix="pixmill-nginx-")
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        path = os.path.join(self.state, "nginx.conf")
        with open(path, "w") as file:
            file.write(
                self.CONFIGURATION.format(
                    state=self.state,
                    port=self.port,
                    folder=folder,
                    modules=f"load_module {self.ECHO};" if echo else "",
                    delay=self.DELAY if echo else "",
                    user="user root;" if os.getuid() == 0 else "",
                )
            )
        self.process = subprocess.Popen(
            [NGINX, "-p", self.state, "-c", path, "-e", self.state + "/start"]
        )
        wait_for_port(self.port)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.state, ignore_errors=True)

    def requests(self):
        # A line is written after its answer, but before the next request is
        # looked at: the worker is one thread.
        with socket.create_connection(("127.0.0.1", self.port), 20) as sock:
            sock.sendall(b"GET /_last HTTP/1.0\r\n\r\n")
            while sock.recv(4096):
                pass
        counts = {}
        with open(self.state + "/access.log") as file:
            for line in file:
                path = line.split('"')[1].split()[1]
                counts[path] = counts.get(path, 0) + 1
        counts.pop("/_last", None)
        return counts


def ports_of_this_process():
    """Ports that the system gives to nobody who asks for just any, and other
    ones than those of tests beside this one."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        end = min(max(int(file.read().split()[0]), 10_000), 32_768)
    first = end - 100 * (1 + os.getpid() % ((end - 5_000) // 100))
    return itertools.cycle(range(first, first + 100))


PORTS = ports_of_this_process()


def free_port():
    """A port for who cannot listen on 0, since it is told before or again."""
    while True:
        port = next(PORTS)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port


def wait_for_port(port, seconds=30):
    def listens():
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True

    poll(listens, seconds)


def poll(what, seconds=30, pause=0.02):
    """Waits until `what()` is true, and returns it."""
    while True:
        begun = time.monotonic()
        found = what()
        if found:
            return found
        if seconds <= 0:
            raise AssertionError("it did not come")
        time.sleep(pause)
        # A machine that stood still meanwhile has used up no patience.
        seconds -= min(time.monotonic() - begun, 1)


def log_lines(path, *wanted):
    """The lines of a JSON log, once each of `wanted` is true of one of them.

    A line is written on a thread of its own, after the answer of which it
    tells; what was not yet written to its end is left out.
    """

    def read():
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(x) for x in file if x.endswith("\n")]
        whole = all(any(map(each, lines)) for each in wanted)
        return whole and lines

    return poll(read)


# -- sheets and results --------------------------------------------------------


def sheet(rows, header=("S. No.", "Product Name", "Input Image Urls")):
    """A CSV of these rows; lists become one quoted cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(
            ",".join(cell) if isinstance(cell, list) else cell for cell in row
        )
    return out.getvalue()


def read_csv(path, delimiter=","):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, delimiter=delimiter))


def read_jsonl(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def error_of(item):
    """The code of a line of results.jsonl, or None."""
    return item["error"] and item["error"]["code"]


class Case(unittest.TestCase):
    """A test with a folder, a picture set and, when asked for, origins."""

    @classmethod
    def setUpClass(cls):
        cls.pictures = pictures.shared_set()

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="pixmill-e2e-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.out = os.path.join(self.folder, "out")

    def faulty(self, **options):
        origin = FaultyOrigin(self.pictures, **options)
        self.addCleanup(origin.stop)
        return origin

    def nginx(self):
        if not os.path.exists(NGINX):
            self.skipTest("no nginx: apt-get install nginx-light")
        origin = NginxOrigin(self.pictures)
        self.addCleanup(origin.stop)
        return origin

    def write(self, text, name="products.csv"):
        path = os.path.join(self.folder, name)
        data = text if isinstance(text, bytes) else text.encode()
        with open(path, "wb") as file:
            file.write(data)
        return path

    def run_sheet(self, text, origin, *flags, settings=(), **options):
        """Runs the main job on a sheet."""
        return run(
            [
                "run",
                self.write(text),
                "--out",
                self.out,
                *loopback(origin.port, *settings),
                *flags,
            ],
            **options,
        )

    def results(self, delimiter=","):
        return read_csv(os.path.join(self.out, "results.csv"), delimiter)

    def items(self):
        return read_jsonl(os.path.join(self.out, "results.jsonl"))

    def open_output(self, link):
        """The stored picture behind a cell of results.csv, decoded."""
        picture = Image.open(os.path.join(self.out, link))
        picture.load()
        return picture

    def assertExit(self, code, result):
        self.assertEqual(code, result.code, str(result))


def main():
    unittest.main(verbosity=2, warnings="ignore")
