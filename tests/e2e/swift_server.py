"""OpenStack Swift behind its S3 API, whole in one process on loopback.

    swift_server.py FOLDER ACCESS_KEY SECRET_KEY BUCKET... [--port N]

Prints two ports when it serves, that of the S3 API and one where Swift's own API
(/v1/AUTH_pixmill/BUCKET) is open to all. It ends when its standard input does. Swift
checks Signature Version 4, so a wrong secret is refused. Account, container and
object servers are green threads beside the proxy; what they store is in FOLDER,
on a file system with extended attributes.
"""

import argparse
import os
import sys

import eventlet

eventlet.monkey_patch(os=False)

from eventlet import wsgi  # noqa: E402
from swift.common import storage_policy, utils  # noqa: E402

REGION = "us-east-1"

SWIFT_CONF = """
[swift-hash]
swift_hash_path_prefix = pixmill
swift_hash_path_suffix = pixmill

[storage-policy:0]
name = only
default = yes
"""

# No memcached: port 1 refuses at once, and Swift does without.
PROXY_CONF = """
[DEFAULT]
swift_dir = {folder}

[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth bulk slo dlo proxy-server

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
node_timeout = 60
conn_timeout = 20

[filter:catch_errors]
use = egg:swift#catch_errors

[filter:gatekeeper]
use = egg:swift#gatekeeper

[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1

[filter:listing_formats]
use = egg:swift#listing_formats

[filter:s3api]
use = egg:swift#s3api
location = {region}

[filter:tempauth]
use = egg:swift#tempauth
user_pixmill_tester = {secret} .admin

[filter:bulk]
use = egg:swift#bulk

[filter:slo]
use = egg:swift#slo

[filter:dlo]
use = egg:swift#dlo
"""


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def prepare(folder):
    """Makes Swift at home in the folder before it is looked for elsewhere."""
    path = os.path.join(folder, "swift.conf")
    os.makedirs(os.path.join(folder, "devices", "d1"), exist_ok=True)
    write(path, SWIFT_CONF)
    utils.SWIFT_CONF_FILE = path
    utils.validate_hash_conf()
    storage_policy.SWIFT_CONF_FILE = path
    storage_policy.reload_storage_policies()


def start_storage(folder):
    """The three servers behind the proxy, and the rings that lead to them."""
    from swift.account import server as account
    from swift.common.ring import RingBuilder
    from swift.container import server as container
    from swift.obj import server as objects

    settings = {
        "devices": os.path.join(folder, "devices"),
        "swift_dir": folder,
        "mount_check": "false",
        "disable_fallocate": "true",
        "log_level": "CRITICAL",
        # A list that was not told of an object in time never is: nothing here
        # tells it later.
        "container_update_timeout": "40",
        "node_timeout": "40",
        "conn_timeout": "20",
    }
    servers = {"account": account, "container": container, "object": objects}
    for name, module in servers.items():
        sock = eventlet.listen(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        ring = RingBuilder(4, 1, 0)
        ring.add_dev(
            {
                "id": 0,
                "region": 1,
                "zone": 1,
                "weight": 1.0,
                "ip": "127.0.0.1",
                "port": port,
                "replication_ip": "127.0.0.1",
                "replication_port": port,
                "device": "d1",
                "meta": "",
            }
        )
        ring.rebalance()
        ring.get_ring().save(os.path.join(folder, f"{name}.ring.gz"))
        application = module.app_factory(dict(settings))
        eventlet.spawn(serve, sock, application)


def serve(sock, application):
    with open(os.devnull, "w") as nowhere:
        wsgi.server(sock, application, nowhere, log_output=False, max_size=256)


def load_proxy(folder, access_key, secret_key):
    from swift.common.wsgi import loadapp

    path = os.path.join(folder, "proxy.conf")
    write(path, PROXY_CONF.format(folder=folder, region=REGION, secret=secret_key))
    proxy = loadapp(path, global_conf={"log_level": "CRITICAL"})
    # An access key of Swift's own has a colon in it; others have none.
    filters = proxy
    while type(filters).__name__ != "TempAuth":
        filters = filters.app
    filters.users[access_key] = filters.users["pixmill:tester"]
    return proxy


def behind_authentication(proxy):
    """Swift's own API, for those who look at what is stored."""
    while type(proxy).__name__ != "TempAuth":
        proxy = proxy.app
    inner = proxy.app

    def answer(environ, start_response):
        environ["swift.authorize_override"] = True
        environ["swift_owner"] = True
        return inner(environ, start_response)

    return answer


def make_buckets(inner, names):
    from swift.common.swob import Request

    for name in names:
        request = Request.blank(f"/v1/AUTH_pixmill/{name}", method="PUT")
        answer = request.get_response(inner)
        if answer.status_int not in (201, 202):
            sys.exit(f"bucket {name}: {answer.status}")


def end_with_input():
    sys.stdin.buffer.read()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("access_key")
    parser.add_argument("secret_key")
    parser.add_argument("buckets", nargs="+")
    parser.add_argument("--port", type=int, default=0)
    wanted = parser.parse_args()
    prepare(wanted.folder)
    start_storage(wanted.folder)
    proxy = load_proxy(wanted.folder, wanted.access_key, wanted.secret_key)
    inner = behind_authentication(proxy)
    make_buckets(inner, wanted.buckets)
    sock = eventlet.listen(("127.0.0.1", wanted.port), backlog=512)
    eventlet.patcher.original("threading").Thread(
        target=end_with_input, daemon=True
    ).start()
    inner_sock = eventlet.listen(("127.0.0.1", 0))
    eventlet.spawn(serve, inner_sock, inner)
    print(sock.getsockname()[1], inner_sock.getsockname()[1], flush=True)
    serve(sock, proxy)


if __name__ == "__main__":
    main()
