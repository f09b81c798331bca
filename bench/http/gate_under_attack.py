#!/usr/bin/env python3
"""Measures /healthz of the gate while it is attacked.

usage: gate_under_attack.py build/bench/bench/http/pixmill_gate_bench

Holds 200 slow heads, 200 slow bodies and 10 000 idle connections open, with
ordinary load beside them; prints the p99 of /healthz and the growth of memory.
Fails above 10 ms or 50 MB. The server runs at the same priority as this script,
so on a busy machine the figure is an upper bound.
"""
import resource
import socket
import subprocess
import sys
import threading
import time

SLOW = 200
IDLE = 10_000
SECONDS = 20
P99_MS = 10
GROWTH_MB = 50
HEAD = b"Host: localhost\r\n"


def resident_mb(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
    return 0


def connect(port):
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def drip(port, begin, more, stop):
    """Keeps SLOW connections at a request that never gets whole."""
    clients = []
    while not stop.is_set():
        while len(clients) < SLOW:
            clients.append(connect(port))
            clients[-1].sendall(begin)
        alive = []
        for client in clients:
            try:
                client.sendall(more)
                alive.append(client)
            except OSError:  # Refused as too slow: another takes its place.
                client.close()
        clients = alive
        stop.wait(0.5)


def ask(client, path):
    client.sendall(b"GET " + path + b" HTTP/1.1\r\n" + HEAD + b"\r\n")
    answer = b""
    while b"\r\n\r\n" not in answer:
        piece = client.recv(65536)
        if not piece:
            raise OSError("closed before it answered")
        answer += piece
    head, body = answer.split(b"\r\n\r\n", 1)
    length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
    while len(body) < length:
        body += client.recv(65536)
    return head.startswith(b"HTTP/1.1 200")


def load(port, stop):
    client = connect(port)
    while not stop.is_set():
        ask(client, b"/work")
        time.sleep(0.002)


def measure(port, seconds):
    """Answer times of /healthz, ms: half on new connections."""
    kept = connect(port)
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        fresh = connect(port) if len(times) % 2 else None
        assert ask(fresh or kept, b"/healthz")
        times.append((time.monotonic() - begun) * 1000)
        if fresh:
            fresh.close()
        time.sleep(0.005)
    return sorted(times)


def report(name, times):
    p99 = times[len(times) * 99 // 100]
    print(f"{name}: /healthz p50 {times[len(times) // 2]:.2f} ms, "
          f"p99 {p99:.2f} ms, max {times[-1]:.2f} ms, {len(times)} asked")
    return p99


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as server:
        port = int(server.stdout.readline())
        report("quiet", measure(port, 2))
        before = resident_mb(server.pid)
        idle = [connect(port) for _ in range(IDLE)]
        stop = threading.Event()
        jobs = [
            (drip, (port, b"GET / HTTP/1.1\r\n" + HEAD, b"X: y\r\n", stop)),
            (drip, (port, b"POST /echo HTTP/1.1\r\n" + HEAD
                    + b"Content-Length: 1000000\r\n\r\n", b"a", stop)),
            (load, (port, stop)),
            (load, (port, stop)),
        ]
        threads = [threading.Thread(target=f, args=a) for f, a in jobs]
        for thread in threads:
            thread.start()
        time.sleep(2)
        p99 = report("attacked", measure(port, SECONDS))
        growth = resident_mb(server.pid) - before
        print(f"memory: {before:.1f} MB before, {growth:+.1f} MB")
        stop.set()
        for thread in threads:
            thread.join()
        open_still = 0
        for client in idle:
            client.setblocking(False)
            try:
                open_still += client.recv(1) != b""
            except BlockingIOError:
                open_still += 1
            client.close()
        print(f"idle connections: {open_still} of {IDLE} still open")
        server.stdin.close()
    return 0 if p99 <= P99_MS and growth <= GROWTH_MB else 1


if __name__ == "__main__":
    sys.exit(main())
