"""No forbidden address is reached, whatever redirects to it.

Runs inside a network namespace in which lo is all there is, and the forbidden
addresses are lo's own: a request that gets through reaches this test's origin
and is counted there, and no other machine.
"""

import urllib.parse

import harness
import namespaces
from harness import Case, OK, WITH_FAILURES, sheet

ADDRESSES = ("169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1")
ALLOWED = "127.0.0.2"


class AddressGuard(Case):
    def setUp(self):
        super().setUp()
        # Listens on every address of lo; only 127.0.0.2 may be reached.
        self.origin = self.faulty(host="0.0.0.0")
        self.flags = [
            "--set", f'fetch.allow-cidrs=["{ALLOWED}/32"]',
            "--set", f"fetch.allow-ports=[{self.origin.port}]",
            "--set", "fetch.first-pause=10ms",
        ]

    def run_urls(self, urls):
        rows = [[str(k), "A", url] for k, url in enumerate(urls, 1)]
        return harness.run(
            ["run", self.write(sheet(rows)), "--out", self.out, *self.flags]
        )

    def targets(self):
        port = self.origin.port
        hosts = (
            "127.0.0.1", "localhost", *ADDRESSES, "2130706433", "0x7f000001",
            "0177.0.0.1", "127.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
            "[::ffff:10.0.0.1]",
        )
        return [f"http://{host}:{port}/forbidden" for host in hosts]

    def test_reaches_what_is_allowed(self):
        url = f"http://{ALLOWED}:{self.origin.port}/ok/photo0.jpg"
        self.assertExit(OK, self.run_urls([url]))

    def test_follows_no_redirect_inwards(self):
        base = f"http://{ALLOWED}:{self.origin.port}/to/"
        urls = [base + urllib.parse.quote(t, safe="") for t in self.targets()]
        self.assertBlocked(self.run_urls(urls), len(urls))

    def test_asks_no_forbidden_address_directly(self):
        targets = self.targets()
        self.assertBlocked(self.run_urls(targets), len(targets))

    def test_asks_no_other_port(self):
        other = self.faulty(host="0.0.0.0")
        url = f"http://{ALLOWED}:{other.port}/ok/photo0.jpg"
        self.assertBlocked(self.run_urls([url]), 1)
        self.assertEqual(other.requests(), {})

    def assertBlocked(self, result, count):
        self.assertExit(WITH_FAILURES, result)
        items = self.items()
        self.assertEqual(len(items), count)
        for item in items:
            with self.subTest(item["url"]):
                self.assertEqual(item["status"], "failed")
                # Not every spelling is an address to every resolver.
                self.assertIn(
                    harness.error_of(item),
                    ("address_blocked", "dns", "url_invalid"),
                )
        self.assertNotIn("/forbidden", self.origin.requests())


if __name__ == "__main__":
    namespaces.main_inside(
        "-n",
        "ip link set lo up",
        *(f"ip addr add {a}/32 dev lo" for a in ADDRESSES),
        '[ "$(ip -o link | wc -l)" = 1 ]',
        needs=["ip", "link", "set", "lo", "up"],
    )
