// What validating a sheet takes of the memory: `sheet_memory ROWS` validates
// that many rows of three URLs and prints the peak of the process.

#include <cstdio>
#include <cstdlib>

#include <sys/resource.h>

#include "bench/model/plain_sheet.hpp"
#include "model/sheet.hpp"

int main(int argc, char** argv) {
  if (argc != 2)
    return std::fputs("usage: sheet_memory ROWS\n", stderr), 2;
  const auto rows = std::strtoull(argv[1], nullptr, 10);
  pixmill::sheet_rules rules;
  rules.max_rows = static_cast<std::uint32_t>(rows);
  pixmill::sheet_validator validator{rules};
  auto block = pixmill::bench::plain_header;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 1; i <= rows; ++i) {
    block += pixmill::bench::plain_row(i);
    if (block.size() > 256 * 1024 || i == rows) {
      validator.feed(block);
      bytes += block.size();
      block.clear();
    }
  }
  const auto summary = validator.finish();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  std::printf("%llu bytes, %llu rows, %llu slots, %llu unique, %s, "
              "peak %.1f MB\n",
              static_cast<unsigned long long>(bytes),
              static_cast<unsigned long long>(summary.totals.rows),
              static_cast<unsigned long long>(summary.totals.slots),
              static_cast<unsigned long long>(summary.totals.unique),
              summary.valid() ? "valid" : "invalid",
              static_cast<double>(usage.ru_maxrss) / 1024);
  return summary.valid() ? 0 : 1;
}
