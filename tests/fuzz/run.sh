#!/usr/bin/env bash
# tests/fuzz/run.sh [SECONDS|same] [SEEDS]: builds the fuzz targets with clang
# and runs each for so long (60), from the files of SEEDS up to 64 kB, or from
# a small picture of each kind. `same`: so many inputs as take about a minute,
# the same ones each time, so that the same tree ends the same way.
# Ends with 77 where clang or its runtime is not installed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bound=${1:-60}
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

if [ -z "$seeds" ]; then
  seeds=$build/seeds
  "$build/tests/fuzz/pixmill_fuzz_seeds" "$seeds"
fi

# The first bytes of an input choose the goal; the sniffer has none.
declare -A lead=([header]="" [jpeg]=a [codec]=aa)
declare -A inputs=([header]=3000000 [jpeg]=30000 [codec]=10000)

for target in header jpeg codec; do
  corpus=$build/corpus-$target
  if [ "$bound" = same ]; then
    corpus=$build/same-$target
    rm -rf "$corpus"
    limit=-runs=${inputs[$target]}
  else
    limit=-max_total_time=$bound
  fi
  echo "== $target, $limit"
  mkdir -p "$corpus"
  find "$seeds" -type f -size -64k -print0 |
    while IFS= read -r -d '' file; do
      { printf %s "${lead[$target]}"; cat "$file"; } \
        >"$corpus/seed-$(basename "$file")"
    done
  log=$build/$target.log
  code=0
  "$build/tests/fuzz/pixmill_${target}_fuzz" "$limit" \
    -seed=1 -max_len=65536 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$build/crash-$target-" "$corpus" >"$log" 2>&1 || code=$?
  grep -E "stat::(number|peak)|ERROR|SUMMARY|Test unit" "$log" || true
  [ "$code" = 0 ] || { tail -40 "$log"; exit 1; }
done
