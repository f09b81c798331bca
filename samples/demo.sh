#!/usr/bin/env bash
# demo.sh PIXMILL: shows Pixmill on real photographs, over real HTTP.
#
# The photographs come from a Debian package that is unpacked under build/demo
# and never installed. Pictures and catalogue are made of them, served on
# 127.0.0.1, and compressed into demo/.
set -euo pipefail
pixmill="$1"
samples="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$samples")"
cache="$root/build/demo"
out="$root/demo"
package=lomiri-wallpapers-16.04
python=/usr/bin/python3

fetch_photographs() {
  local deb
  [ -d "$cache/photographs" ] && return
  mkdir -p "$cache"
  deb="$(find "$cache" -name "$package*.deb" | head -1)"
  if [ -z "$deb" ]; then
    echo "Fetching photographs: Debian package $package, 16 MB"
    if ! (cd "$cache" && apt-get download -qq "$package" 2>"$cache/apt.log"); then
      cat "$cache/apt.log" >&2
      echo "No photographs: put $package*.deb into build/demo/," \
        "or run apt-get update, and try again." >&2
      exit 1
    fi
    deb="$(find "$cache" -name "$package*.deb" | head -1)"
  fi
  dpkg -x "$deb" "$cache/package"
  mv "$cache/package/usr/share/backgrounds" "$cache/photographs"
}

make_pictures() {
  local part
  [ -d "$cache/pictures" ] && return
  echo "Making 100 product pictures of them (once, about 10 s)"
  part="$(mktemp -d "$cache/part.XXXXXX")"
  "$python" "$samples/pictures.py" "$cache/photographs" "$part"
  # The catalogue also names pictures by URLs with commas, blanks and umlauts.
  mkdir "$part/crop,800x600,fit" "$part/neue möbel"
  ln "$part"/069-* "$part/crop,800x600,fit/"
  ln "$part"/091-* "$part/neue möbel/"
  # Whoever was first to make them has won.
  mv -T "$part" "$cache/pictures" 2>/dev/null || rm -rf "$part"
}

fetch_photographs
make_pictures

coproc ORIGIN { exec "$python" "$samples/origin.py" "$cache/pictures"; }
origin="$ORIGIN_PID"
trap 'kill "$origin" 2>/dev/null || true' EXIT
read -r port <&"${ORIGIN[0]}"

# Each demo starts afresh; nothing else in the folder is touched.
mkdir -p "$out"
rm -rf "$out/.pixmill" "$out/images" "$out"/{results.csv,results.jsonl,failed.csv}
"$python" "$samples/catalog.py" "$cache/pictures" "http://127.0.0.1:$port" \
  >"$out/catalog.csv"

cat <<END

A catalogue as shops have them: demo/catalog.csv
$(sed -n '1p;5p;8p;10p;13p;25p' "$out/catalog.csv" | tr -d '\r' | cut -c1-100 |
  sed 's/^/  /; s/\(.\{101\}\)$/\1…/')
  …

Its pictures are served on 127.0.0.1:$port, where Pixmill would not go unasked:

\$ pixmill run demo/catalog.csv --out demo \\
    --set 'fetch.allow-cidrs=["127.0.0.0/8"]' --set 'fetch.allow-ports=[$port]'

END
status=0
(cd "$root" && "$pixmill" run demo/catalog.csv --out demo \
  --set 'fetch.allow-cidrs=["127.0.0.0/8"]' \
  --set "fetch.allow-ports=[$port]") || status=$?
# 4: finished with failures, as one picture of the catalogue is gone.
[ "$status" = 0 ] || [ "$status" = 4 ] || exit "$status"

"$python" "$samples/savings.py" "$out/results.jsonl"
cat <<END

The same catalogue with one more column:  demo/results.csv
What failed, ready to be tried again:     demo/failed.csv
One line an image, for programs:          demo/results.jsonl
The images:                               demo/images/
END
