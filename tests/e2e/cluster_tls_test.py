"""Who gets into a cluster that is closed by certificates."""

import os
import random
import socket
import ssl
import time

import harness
from cluster import Head, Worker
from harness import Case, poll, sheet

MUTATIONS = int(os.environ.get("PIXMILL_MUTATIONS", "3000"))


class ClusterTls(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        self.settings = harness.loopback(self.origin.port)
        self.cert("init")
        for name in ("head", "w1"):
            self.cert("issue", name)

    def path(self, name):
        return os.path.join(self.folder, name)

    def cert(self, verb, name=None, ca="ca", **flags):
        words = ["cert", verb, "--ca", self.path(ca)]
        if name:
            words += [name, "--out", self.path(f"{name}.pem")]
        for key, value in flags.items():
            words += [f"--{key}", str(value)]
        self.assertExit(harness.OK, harness.run(words))

    def with_bundle(self, name):
        return [*self.settings, "--set",
                f'cluster.bundle="{self.path(name + ".pem")}"']

    def head(self, bundle="head"):
        head = Head(self.folder, self.with_bundle(bundle))
        self.addCleanup(head.kill)
        return head

    def worker(self, head, name, settings):
        worker = Worker(self.folder, head.where, name, settings)
        self.addCleanup(worker.kill)
        return worker

    def works(self, head, mark, nodes=("w1",)):
        head.joined(*nodes)
        base = self.origin.base
        job = head.submit(sheet([
            [str(k), "Mug", f"{base}/ok/photo{k}.jpg?{mark}"] for k in range(6)
        ]))
        self.assertEqual(head.finished(job)["state"], "completed")

    def stays_out(self, head, worker, words):
        poll(lambda: words in worker.log())
        self.assertNotIn(worker.name, head.nodes())
        self.assertIsNone(head.process.poll())
        worker.kill()

    def test_lets_in_who_has_a_bundle(self):
        head = self.head()
        self.worker(head, "w1", self.with_bundle("w1"))
        self.works(head, "first")

    def test_keeps_out_who_has_none(self):
        head = self.head()
        plain = self.worker(head, "plain", self.settings)
        self.stays_out(head, plain, "does it want a certificate")
        self.cert("init", ca="other")
        self.cert("issue", "stranger", ca="other")
        foreign = self.worker(head, "stranger", self.with_bundle("stranger"))
        self.stays_out(head, foreign, "do not trust each other")
        # It trusts the head, but the head not it.
        with open(self.path("mixed.pem"), "w") as out:
            with open(self.path("stranger.pem")) as file:
                out.write(file.read())
            with open(self.path("ca/cluster-ca.pem")) as file:
                out.write(file.read())
        mixed = self.worker(head, "mixed", self.with_bundle("mixed"))
        self.stays_out(head, mixed, "do not trust each other")
        self.worker(head, "w1", self.with_bundle("w1"))
        self.works(head, "after")

    def answer_to(self, head, bundle):
        """What the head says to a TLS client with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if bundle:
            context.load_cert_chain(self.path(f"{bundle}.pem"))
        port = head.ports[1]
        with socket.create_connection(("127.0.0.1", port), 30) as sock:
            try:
                with context.wrap_socket(sock) as tls:
                    return tls.recv(100)  # A welcome in CAF's protocol.
            except ssl.SSLError as refused:
                return refused.reason or str(refused)
            except ConnectionError:
                return "closed"

    def test_says_no_in_the_handshake(self):
        self.cert("issue", "old", seconds=1)
        time.sleep(1.2)
        head = self.head()
        self.assertIsInstance(self.answer_to(head, "w1"), bytes)
        for bundle in (None, "old"):
            with self.subTest(bundle):
                answer = self.answer_to(head, bundle)
                self.assertNotIsInstance(answer, bytes, answer)
        self.assertIsNone(head.process.poll())
        # Its own check comes first, and says what to do.
        late = harness.run(["worker", "--join", head.where, "--name", "old",
                            *self.with_bundle("old")])
        self.assertExit(harness.USAGE, late)
        self.assertIn("has expired", late.stderr)

    def test_starts_with_no_bundle_that_does_not_fit(self):
        with open(self.path("head.pem")) as file:
            whole = file.read()
        parts = whole.split("-----BEGIN ")[1:]
        with open(self.path("w1.pem")) as file:
            others = file.read().split("-----BEGIN ")[1:]
        for name, pieces, words in (
            ("nokey", [parts[0], parts[2]], "lacks the key"),
            ("noca", parts[:2], "lacks the authority"),
            ("wrongkey", [parts[0], others[1], parts[2]], "lacks the key"),
            ("empty", [], "no certificate"),
        ):
            with open(self.path(f"{name}.pem"), "w") as file:
                file.write("".join("-----BEGIN " + piece for piece in pieces))
            with self.subTest(name):
                refused = harness.run(
                    ["serve", "--cluster", "127.0.0.1:0", "--port", "0",
                     "--set", f'store.journal="{self.path("j")}"',
                     *self.with_bundle(name)])
                self.assertExit(harness.USAGE, refused)
                self.assertIn(words, refused.stderr)
                self.assertIn("pixmill cert", refused.stderr)

    def test_renews_without_a_restart(self):
        begun = time.monotonic()
        self.cert("issue", "head", seconds=10)
        head = self.head()
        self.cert("issue", "head")
        # What it was started with has expired.
        time.sleep(max(0, begun + 12 - time.monotonic()))
        self.worker(head, "w1", self.with_bundle("w1"))
        self.works(head, "renewed")

    def hello(self):
        """The first bytes of a TLS client with a sound certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = context.wrap_bio(incoming, outgoing)
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            pass
        return outgoing.read()

    def test_survives_what_is_thrown_at_it(self):
        head = self.head()
        self.worker(head, "w1", self.with_bundle("w1"))
        self.works(head, "before")
        dice = random.Random(7)
        hello = self.hello()
        # A CAF handshake without a payload kills a plain port.
        null = bytes(32)
        before = None
        for number in range(MUTATIONS):
            data = bytearray(hello)
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            if number % 3 == 1:
                data = dice.randbytes(dice.randint(1, 400))
            if number % 3 == 2:
                data = null + dice.randbytes(8)
            with socket.create_connection(("127.0.0.1", head.ports[1]),
                                          30) as sock:
                try:
                    sock.sendall(bytes(data))
                    sock.shutdown(socket.SHUT_WR)
                    while sock.recv(4096):
                        pass
                except OSError:
                    pass
            if number == MUTATIONS // 10:
                before = head.memory()
        self.assertIsNone(head.process.poll(), head.log()[-2000:])
        self.assertLess(head.memory() - before, 16 << 20)
        self.assertEqual(set(head.nodes("up")), {"w1"})
        self.assertNotIn("node lost", head.log())
        self.works(head, "after")

    def test_shows_what_is_in_a_bundle(self):
        shown = harness.run(["cert", "show", self.path("w1.pem")])
        self.assertExit(harness.OK, shown)
        self.assertIn("name         w1", shown.stdout)
        self.assertIn("usable       yes", shown.stdout)
        again = harness.run(["cert", "init", "--ca", self.path("ca")])
        self.assertExit(harness.USAGE, again)
        self.assertIn("remove it first", again.stderr)
        mode = os.stat(self.path("w1.pem")).st_mode & 0o777
        self.assertEqual(mode, 0o600)


if __name__ == "__main__":
    harness.main()
