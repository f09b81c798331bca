# shellcheck shell=bash
# Sourced by ./run and ./test: installs what is missing, configures, builds.
# Everything goes to stderr, so that stdout belongs to the program.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# names_of GROUP...: the packages of these groups of debian-packages.txt.
names_of() {
  awk -v groups=" $* " '
    /^# [a-z]+$/ { wanted = index(groups, " " $2 " ") }
    /^[^#]/ && wanted' "$root/packaging/debian-packages.txt"
}

# install_missing GROUP...: one look at dpkg's database; apt only if needed.
install_missing() {
  local names missing as_root=()
  mapfile -t names < <(names_of "$@" | sort)
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${names[@]}") <(
    dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${names[@]}" \
      2>/dev/null | sed -n 's/^installed //p' | sort))
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "Installing Debian packages: ${missing[*]}" >&2
  if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "This needs root. As root, run:  apt-get install ${missing[*]}" >&2
      return 1
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >&2 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -qy --no-install-recommends "${missing[@]}" >&2
}

# build PRESET [TARGET...]: configures once, then lets ninja decide.
build() {
  local preset="$1" folder="$root/build/$1"
  shift
  [ -f "$folder/build.ninja" ] ||
    (cd "$root" && cmake --preset "$preset") >&2 || return 1
  # Asking first keeps a call that has nothing to build silent.
  ninja -C "$folder" -n "$@" 2>/dev/null | grep -q 'no work to do' ||
    ninja -C "$folder" "$@" >&2
}
