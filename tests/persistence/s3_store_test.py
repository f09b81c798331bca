"""Runs the tests of the S3 store, whose binary is the argument, against Swift."""

import os
import subprocess
import sys

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e")
)

import s3_api  # noqa: E402


def main():
    if not s3_api.is_installed():
        print("no S3 API to test against: apt-get install python3-swift")
        return 77
    server = s3_api.S3Api()
    try:
        return subprocess.run(
            sys.argv[1:],
            env=dict(
                os.environ,
                PIXMILL_TEST_S3_ENDPOINT=server.endpoint,
                PIXMILL_TEST_S3_BUCKET=s3_api.BUCKET,
                PIXMILL_TEST_S3_ACCESS_KEY=s3_api.ACCESS_KEY,
                PIXMILL_TEST_S3_SECRET_KEY=s3_api.SECRET_KEY,
            ),
            timeout=150,
        ).returncode
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
