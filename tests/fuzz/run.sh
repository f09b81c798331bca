#!/usr/bin/env bash
# tests/fuzz/run.sh [SECONDS] [SEEDS]: builds the fuzz targets with clang and
# runs each for so long (60), from the files of SEEDS up to 64 kB if given.
# Ends with 77 where clang or its runtime is not installed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
seconds=${1:-60}
seeds=${2:-}

probe=$(mktemp)
trap 'rm -f "$probe"' EXIT
if ! echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, long) { return 0; }' |
  clang++ -fsanitize=fuzzer,address -x c++ - -o "$probe" 2>/dev/null; then
  echo "no clang with libFuzzer: apt-get install clang libclang-rt-dev"
  exit 77
fi

build=${PIXMILL_FUZZ_BUILD:-$root/build/fuzz}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ \
  ${PIXMILL_FUZZ_LAUNCHER:+-DCMAKE_CXX_COMPILER_LAUNCHER=$PIXMILL_FUZZ_LAUNCHER} \
  -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="-O1 -g1" \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON \
  -DPIXMILL_TESTS=ON -DPIXMILL_FUZZ=ON >/dev/null
ninja -C "$build" pixmill_fuzzers

for target in header jpeg codec; do
  echo "== $target, $seconds s"
  corpus=$build/corpus-$target
  mkdir -p "$corpus"
  if [ -n "$seeds" ]; then
    # The first bytes of a seed choose the goal; the sniffer has none.
    case $target in header) lead= ;; jpeg) lead=a ;; codec) lead=aa ;; esac
    find "$seeds" -type f -size -64k -print0 |
      while IFS= read -r -d '' file; do
        { printf %s "$lead"; cat "$file"; } >"$corpus/seed-$(basename "$file")"
      done
  fi
  log=$build/$target.log
  code=0
  "$build/tests/fuzz/pixmill_${target}_fuzz" -max_total_time="$seconds" \
    -seed=1 -max_len=65536 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/crash-$target-" "$corpus" >"$log" 2>&1 || code=$?
  grep -E "stat::(number|peak)|ERROR|SUMMARY|Test unit" "$log" || true
  [ "$code" = 0 ] || { tail -40 "$log"; exit 1; }
done
