// What reading a sheet costs: MB/s on one core, parsed alone and validated.

#include <algorithm>

#include <benchmark/benchmark.h>

#include "bench/model/plain_sheet.hpp"
#include "model/sheet.hpp"

namespace pixmill {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;

// About 32 MB: more than the caches hold.
std::string sheet_of(std::string (*row)(std::uint64_t)) {
  auto out = bench::plain_header;
  for (std::uint64_t i = 1; out.size() < 32'000'000; ++i)
    out += row(i);
  return out;
}

// Names in UTF-8 and quotes, one URL that must be encoded.
std::string awkward_row(std::uint64_t i) {
  const auto id = std::to_string(i);
  return id + ",\"Pfännchen \"\"groß\"\", 24 cm\",\"https://cdn.example.com/ü/"
         + id + " 1.jpg, https://cdn.example.com/a/" + id + "-2.jpg\"\r\n";
}

template <class Reader>
void feed_all(std::string_view sheet, const Reader& take) {
  for (; !sheet.empty();
       sheet.remove_prefix(std::min(block_bytes, sheet.size())))
    take(sheet.substr(0, block_bytes));
}

void parse(benchmark::State& state, std::string (*make)(std::uint64_t)) {
  const auto sheet = sheet_of(make);
  for (auto _ : state) {
    sheet_parser parser{{}, [](const sheet_issue&) {}};
    sheet_row row;
    std::uint64_t slots = 0;
    const auto drain = [&] {
      while (parser.next(row))
        slots += row.slots.size();
    };
    feed_all(sheet, [&](std::string_view block) {
      parser.feed(block);
      drain();
    });
    parser.finish();
    drain();
    benchmark::DoNotOptimize(slots);
  }
  state.SetBytesProcessed(
    static_cast<std::int64_t>(state.iterations() * sheet.size()));
}

void validate(benchmark::State& state, std::string (*make)(std::uint64_t)) {
  const auto sheet = sheet_of(make);
  for (auto _ : state) {
    sheet_validator validator{{}};
    feed_all(sheet, [&](std::string_view block) { validator.feed(block); });
    const auto summary = validator.finish();
    if (!summary.valid())
      state.SkipWithError("the sheet is not valid");
  }
  state.SetBytesProcessed(
    static_cast<std::int64_t>(state.iterations() * sheet.size()));
}

BENCHMARK_CAPTURE(parse, plain, bench::plain_row)
  ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(validate, plain, bench::plain_row)
  ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(parse, awkward, awkward_row)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(validate, awkward, awkward_row)
  ->Unit(benchmark::kMillisecond);

} // namespace
} // namespace pixmill

BENCHMARK_MAIN();
