#!/usr/bin/env bash
# run.sh IMAGES [COUNT] [AT_ONCE]: CPU per download of the engine, of a bare
# libcurl loop and of curl -Z, in turn, from an nginx on loopback.
#   ROUNDS=3
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../../packaging/prepare.sh"
images="$(realpath "${1:?usage: run.sh IMAGES [COUNT] [AT_ONCE]}")"
count="${2:-2000}" at_once="${3:-64}" rounds="${ROUNDS:-3}"
build bench pixmill_download_bench
bench="$root/build/bench/bench/net/pixmill_download_bench"
work="$(mktemp -d)"
nginx_pid=
trap '[ -z "$nginx_pid" ] || kill "$nginx_pid" 2>/dev/null; rm -rf "$work"' EXIT

port="$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
cat >"$work/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $work/pid; error_log $work/error.log;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; keepalive_requests 1000000;
  client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:$port; root $images; }
}
CONF
[ "$(id -u)" != 0 ] || sed -i '1i user root;' "$work/nginx.conf"
nginx -p "$work" -e "$work/error.log" -c "$work/nginx.conf" &
nginx_pid=$!
until curl -s -o /dev/null "http://127.0.0.1:$port/"; do sleep 0.05; done

find "$images" -maxdepth 1 -type f -printf "http://127.0.0.1:$port/%f\n" |
  sort >"$work/urls"
for ((n = 0; n < count; n++)); do echo "$n"; done |
  awk -v urls="$work/urls" 'BEGIN { while ((getline u < urls) > 0) all[n++] = u }
    { printf "url = \"%s\"\noutput = \"/dev/null\"\n", all[$1 % n] }' \
    >"$work/curl.conf"

# Prints user + system milliseconds for each download.
curl_z() {
  local used
  used="$( { TIMEFORMAT='%U %S'
    time curl -q -s -Z --parallel-max "$at_once" -K "$work/curl.conf"; } 2>&1 |
    tail -1)"
  awk -v n="$count" '{ printf "%.4f\n", ($1 + $2) * 1000 / n }' <<<"$used"
}
ours() {
  "$bench" "$1" "$work/urls" "$count" "$at_once" "$port" | tee -a "$work/log" |
    sed 's/^cpu_ms_each=\([0-9.]*\).*/\1/'
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for ((round = 1; round <= rounds; round++)); do
  ours bare >>"$work/bare"
  ours engine >>"$work/engine"
  curl_z >>"$work/curl"
done
cat "$work/log"
for what in engine bare curl; do
  printf '%-7s %s ms CPU a download (median of %s)\n' "$what" \
    "$(median <"$work/$what")" "$rounds"
done
awk -v e="$(median <"$work/engine")" -v b="$(median <"$work/bare")" \
  -v c="$(median <"$work/curl")" \
  'BEGIN { printf "engine/bare %.2f   engine/curl -Z %.2f\n", e / b, e / c }'
