// What the truth costs: outcomes a second and CPU per outcome, batched and one
// at a time; CPU per stored file. Run it on the disk in question:
//   TMPDIR=/data build/release/bench/persistence/pixmill_persistence_bench

#include <deque>
#include <random>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include "model/errc.hpp"
#include "persistence/directory_store.hpp"
#include "persistence/journal_store.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

constexpr auto job_id = "job_01JDZ0000000000000000000000";

/// CPU of the whole process, RocksDB's threads and the kernel included.
double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void report(benchmark::State& state, std::int64_t items, double cpu) {
  state.SetItemsProcessed(items);
  state.counters["cpu_us"] = cpu / static_cast<double>(items) * 1e6;
}

void commit(benchmark::State& state) {
  const test::temporary_folder folder;
  auto journal = journal_store::open(folder.path() / "journal");
  if (!journal || !(*journal)->accept_job(test::job_named(job_id))) {
    state.SkipWithError("cannot open the journal");
    return;
  }
  const auto size = static_cast<std::uint32_t>(state.range(0));
  std::uint32_t row = 1;
  const auto cpu = cpu_seconds();
  for (auto _ : state) {
    if (!(*journal)->commit(test::batch_of(job_id, row, row + size - 1)))
      state.SkipWithError("commit failed");
    row += size;
  }
  report(state, row - 1, cpu_seconds() - cpu);
}

BENCHMARK(commit)->Arg(1)->Arg(64)->UseRealTime();

void put_file(benchmark::State& state) {
  // Stays until the end: right after many files went, ext4 looks long for
  // inodes that it may use again, and that would be measured instead.
  static std::deque<test::temporary_folder> folders;
  const auto& folder = folders.emplace_back();
  auto store = directory_store::open(folder.path() / "images");
  if (!store) {
    state.SkipWithError("cannot open the store");
    return;
  }
  std::mt19937_64 random{1};
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(state.range(0)));
  for (auto& byte : bytes)
    byte = static_cast<std::uint8_t>(random());
  std::int64_t files = 0;
  const auto cpu = cpu_seconds();
  for (auto _ : state) {
    const auto stamp = random();
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&stamp), sizeof stamp,
                bytes.begin());
    if (!(*store)->put(bytes, image_format::jpeg))
      state.SkipWithError("put failed");
    // As the journal does before each commit.
    if (++files % 64 == 0 && !(*store)->sync())
      state.SkipWithError("sync failed");
  }
  report(state, files, cpu_seconds() - cpu);
}

BENCHMARK(put_file)->Arg(2'000)->Iterations(8192)->UseRealTime();
BENCHMARK(put_file)->Arg(100'000)->Iterations(2048)->UseRealTime();

/// A million rows with three images each: how much memory the journal takes.
void large_job(benchmark::State& state) {
  constexpr std::uint32_t rows = 1'000'000;
  constexpr std::uint32_t rows_in_a_batch = 21;
  for (auto _ : state) {
    const test::temporary_folder folder;
    auto journal = journal_store::open(folder.path() / "journal");
    if (!journal || !(*journal)->accept_job(test::job_named(job_id))) {
      state.SkipWithError("cannot open the journal");
      return;
    }
    const auto cpu = cpu_seconds();
    std::vector<slot_write> writes;
    for (std::uint32_t row = 1; row <= rows; ++row) {
      for (std::uint16_t index = 0; index < 3; ++index)
        writes.push_back(test::write_of(job_id, row, index));
      if (row % rows_in_a_batch != 0 && row != rows)
        continue;
      if (!(*journal)->commit(writes))
        state.SkipWithError("commit failed");
      writes.clear();
    }
    std::int64_t found = 0;
    const auto visited = (*journal)->for_each_slot(
      job_id, {}, [&](slot_id, const outcome&) { return ++found > 0; });
    if (!visited || found != 3 * rows)
      state.SkipWithError("outcomes are missing");
    report(state, found, cpu_seconds() - cpu);
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    state.counters["peak_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
  }
}

BENCHMARK(large_job)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

} // namespace
} // namespace pixmill::persistence

BENCHMARK_MAIN();
