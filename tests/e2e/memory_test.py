"""Memory does not grow with the number of images."""

import harness
from harness import Case, WITH_FAILURES, sheet


class Memory(Case):
    def peak_of(self, rows):
        # Nobody is asked: each URL is refused at once, so that what is left is
        # the actors, the journal and the results.
        text = sheet([
            [str(k), "A", [f"http://127.0.0.1/{k}-{n}" for n in range(3)]]
            for k in range(rows)
        ])
        result = harness.run(
            ["run", self.write(text, f"{rows}.csv"),
             "--out", f"{self.out}-{rows}"]
        )
        self.assertExit(WITH_FAILURES, result)
        return result.peak_bytes / (1 << 20)

    def test_is_that_of_the_window_not_of_the_sheet(self):
        few = self.peak_of(3_000)
        many = self.peak_of(30_000)
        print(f"{few:.0f} MiB for 9,000 images, {many:.0f} for 90,000")
        # The journal's buffers fill up meanwhile: 24 MiB.
        self.assertLess(many - few, 60)


if __name__ == "__main__":
    harness.main()
