"""No webhook reaches a forbidden address.

Runs inside a network namespace in which lo is all there is, and the forbidden
addresses are lo's own: a request that gets through reaches this test's
receiver, and no other machine.
"""

import json

import harness
import namespaces
import webhook_test

ADDRESSES = ("169.254.169.254", "10.0.0.1", "192.168.0.1")
ALLOWED = "127.0.0.2"


class WebhookGuard(webhook_test.WebhookCase):
    settings = ('webhook.schedule=["0s"]',)

    def start(self, *settings):
        # The harness opens 127.0.0.0/8 to downloads; here less is open.
        return super().start(
            f'fetch.allow-cidrs=["{ALLOWED}/32"]', *settings
        )

    def setUp(self):
        super().setUp()
        self.origin.stop()
        self.origin = self.faulty(host="0.0.0.0")
        self.origin.base = f"http://{ALLOWED}:{self.origin.port}"

    def test_reaches_what_is_allowed(self):
        receiver = self.receiver(host="0.0.0.0")
        server = self.start()
        job = self.submit(server, receiver.url(host=ALLOWED))
        self.assertEqual(self.settled(server, job)["state"], "delivered")

    def test_has_ranges_of_its_own(self):
        receiver = self.receiver(host="0.0.0.0")
        server = self.start('webhook.allow-cidrs=["10.0.0.0/8"]')
        job = self.submit(server, receiver.url(host="10.0.0.1"))
        self.assertEqual(self.settled(server, job)["state"], "delivered")
        refused = self.submit(server, receiver.url(host="192.168.0.1"))
        self.assertEqual(self.settled(server, refused)["state"], "failed")

    def test_asks_no_forbidden_address(self):
        receiver = self.receiver(host="0.0.0.0")
        server = self.start()
        for host in ("127.0.0.1", "localhost", *ADDRESSES, "2130706433",
                     "0x7f000001", "127.1", "[::1]", "[::ffff:10.0.0.1]"):
            with self.subTest(host):
                url = receiver.url("/forbidden", host)
                job = self.submit(server, url)
                event = self.settled(server, job)
                self.assertEqual(event["state"], "failed")
                # Not every spelling is an address to every resolver.
                self.assertIn(event["attempts"][0]["error"]["code"],
                              ("address_blocked", "dns", "url_invalid"))
                tested = server.ask("POST", "/v1/webhooks/test",
                                    json.dumps({"url": url}).encode())
                self.assertFalse(tested.json["delivered"])
        self.assertEqual(receiver.deliveries(), [])

    def test_asks_no_other_port(self):
        server = self.start()
        receiver = self.receiver(host="0.0.0.0")  # Later: not allowed.
        job = self.submit(server, receiver.url(host=ALLOWED))
        event = self.settled(server, job)
        self.assertEqual(event["attempts"][0]["error"]["code"],
                         "address_blocked")
        self.assertEqual(receiver.deliveries(), [])

    def test_is_led_nowhere_by_a_redirect(self):
        receiver = self.receiver(host="0.0.0.0")
        receiver.rule = lambda came: (
            (302, {"Location": receiver.url("/forbidden", "10.0.0.1")})
        )
        server = self.start()
        job = self.submit(server, receiver.url(host=ALLOWED))
        self.assertEqual(self.settled(server, job)["state"], "failed")
        self.assertEqual(receiver.deliveries("/forbidden"), [])


if __name__ == "__main__":
    namespaces.main_inside(
        "-n",
        "ip link set lo up",
        *(f"ip addr add {a}/32 dev lo" for a in ADDRESSES),
        '[ "$(ip -o link | wc -l)" = 1 ]',
        needs=["ip", "link", "set", "lo", "up"],
    )
