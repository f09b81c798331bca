"""Only the failed ones, again."""

import os

import harness
from harness import Case, WITH_FAILURES, read_csv, sheet


class Retries(Case):
    def setUp(self):
        super().setUp()
        self.origin = self.faulty()
        base = self.origin.base
        self.good = f"{base}/ok/photo0.jpg"
        # Fails for the whole of the first run, works in the second.
        self.moody = f"{base}/after/1/503/m/photo1.jpg"
        self.gone = f"{base}/status/410"
        self.text = sheet(
            [
                ["1", "Good", self.good],
                ["2", "Moody, and more", [self.good, self.moody]],
                ["3", "Gone", self.gone],
            ]
        )

    def first_run(self):
        result = self.run_sheet(
            self.text, self.origin, settings=["fetch.max-attempts=1"]
        )
        self.assertExit(WITH_FAILURES, result)
        return result

    def test_writes_what_failed_as_a_sheet(self):
        self.first_run()
        failed = read_csv(os.path.join(self.out, "failed.csv"))
        self.assertEqual(
            failed,
            [
                ["S. No.", "Product Name", "Input Image Urls"],
                ["2", "Moody, and more", self.moody],
                ["3", "Gone", self.gone],
            ],
        )

    def test_takes_that_sheet_as_it_is(self):
        self.first_run()
        with open(os.path.join(self.out, "failed.csv"), "rb") as file:
            text = file.read()
        self.out = os.path.join(self.folder, "second")
        self.assertExit(WITH_FAILURES, self.run_sheet(text, self.origin))
        found = self.results()
        self.assertTrue(found[1][3])
        self.assertEqual(found[2][3], "")

    def test_retries_in_place(self):
        self.first_run()
        fetched = self.origin.requests()
        result = self.run_sheet(
            self.text, self.origin, "--retry-failed",
            settings=["fetch.max-attempts=1"],
        )
        self.assertExit(WITH_FAILURES, result)
        links = [row[3].split(",") for row in self.results()[1:]]
        self.assertEqual(
            [[bool(link) for link in row] for row in links],
            [[True], [True, True], [False]],
        )
        now = self.origin.requests()
        self.assertEqual(now["/ok/photo0.jpg"], fetched["/ok/photo0.jpg"])

    def test_repeats_no_failure_unasked(self):
        self.first_run()
        fetched = self.origin.requests()
        again = self.run_sheet(
            self.text, self.origin, settings=["fetch.max-attempts=1"]
        )
        self.assertExit(WITH_FAILURES, again)
        self.assertEqual(self.origin.requests(), fetched)


if __name__ == "__main__":
    harness.main()
