// How long a page of 100 items takes in a job of a million: the first, a deep
// one, three failures among the million, and one host. Makes a journal in
// TMPDIR, about 150 MB, and prints the median of 20 reads of each.
//   build/bench/bench/persistence/pixmill_item_bench

#include <algorithm>
#include <cstdio>
#include <functional>
#include <vector>

#include "model/errc.hpp"
#include "persistence/item_query.hpp"
#include "persistence/record_codec.hpp"
#include "persistence/sheet_walk.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::uint32_t row_count = 1'000'000;
constexpr auto job_id = "job_01JDZ0000000000000000000000";

double milliseconds_since(clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(clock::now() - begun)
    .count();
}

bool is_failed(std::uint32_t row) {
  return row == 3 || row == 500'000 || row == 999'999;
}

std::string url_of(std::uint32_t row) {
  return "https://img" + std::to_string(row % 50) + ".shop.example/p/"
         + std::to_string(row) + ".jpg";
}

/// A journal with a sheet of a million rows, and an outcome for each.
class large_job {
public:
  explicit large_job(const std::filesystem::path& folder) {
    auto opened = journal_store::open(folder / "journal");
    if (!opened)
      return;
    journal_ = std::move(*opened);
    job_ = test::job_named(job_id);
    job_.state = job_state::completed_with_errors;
    job_.totals = {row_count, row_count, row_count};
    whole_ = store_sheet() && journal_->accept_job(job_) && store_outcomes();
  }

  bool whole() const {
    return whole_;
  }

  caf::expected<item_page> page(const item_filter& filter,
                                slot_id first) const {
    return read_items(*journal_, job_, {}, filter, {}, {.first = first});
  }

  caf::expected<row_page> rows(std::uint32_t first) const {
    return read_rows(*journal_, job_, {}, {}, {.first = {first, 0}});
  }

private:
  bool store_sheet() {
    sheet_validator validator{{}};
    std::string pending = "S. No.,Product Name,Input Image Urls\n";
    std::uint32_t index = 0;
    const auto store = [&](std::size_t bytes) {
      const auto chunk = pending.substr(0, bytes);
      validator.feed(chunk);
      pending.erase(0, bytes);
      job_.csv_bytes += chunk.size();
      return bool{journal_->put_csv_chunk(job_id, index++, chunk)};
    };
    for (std::uint32_t row = 1; row <= row_count; ++row) {
      pending += std::to_string(row) + ",Mug of enamel," + url_of(row) + "\n";
      if (pending.size() >= journal_store::csv_chunk_bytes
          && !store(journal_store::csv_chunk_bytes))
        return false;
    }
    return store(pending.size())
           && journal_->put_csv_chunk(job_id, marks_chunk,
                                      encode(validator.finish().marks));
  }

  bool store_outcomes() {
    std::vector<slot_write> writes;
    for (std::uint32_t row = 1; row <= row_count; ++row) {
      writes.push_back(test::write_of(job_id, row));
      if (is_failed(row))
        writes.back().result = test::failure_of(errc::dns);
      if (writes.size() < 512 && row < row_count)
        continue;
      if (!journal_->commit(writes))
        return false;
      writes.clear();
    }
    return true;
  }

  std::unique_ptr<journal_store> journal_;
  job_record job_;
  bool whole_ = false;
};

/// Prints the median time of a read, and what it found.
bool measure(const char* what, std::size_t expected,
             const std::function<std::size_t()>& read) {
  std::vector<double> took;
  std::size_t found = 0;
  for (int i = 0; i < 20; ++i) {
    const auto begun = clock::now();
    found = read();
    took.push_back(milliseconds_since(begun));
  }
  std::sort(took.begin(), took.end());
  std::printf("%-34s %8.2f ms median, %8.2f ms longest, %zu entries\n", what,
              took[took.size() / 2], took.back(), found);
  return found == expected;
}

int run() {
  const test::temporary_folder folder;
  const auto begun = clock::now();
  const large_job job{folder.path()};
  if (!job.whole())
    return 1;
  std::printf("a journal of a million outcomes in %.1f s\n",
              milliseconds_since(begun) / 1'000);
  const auto items = [&](item_filter filter, slot_id first) {
    return [&job, filter = std::move(filter), first] {
      const auto page = job.page(filter, first);
      return page ? page->items.size() : std::size_t{0};
    };
  };
  const auto failed = item_filter{{item_state::failed}, {}, {}};
  const auto code = item_filter{{}, {"dns"}, {}};
  const auto host = item_filter{{}, {}, {"img7.shop.example"}};
  const auto both =
    item_filter{{item_state::failed}, {}, {"img49.shop.example"}};
  bool right = measure("first page", 100, items({}, {1, 0}));
  right &= measure("page from row 900 000", 100, items({}, {900'000, 0}));
  right &= measure("3 failures", 3, items(failed, {1, 0}));
  right &= measure("3 failures, by code", 3, items(code, {1, 0}));
  right &= measure("3 failures, one of them on a host", 1, items(both, {1, 0}));
  right &= measure("one host of 50", 100, items(host, {1, 0}));
  right &= measure("a host that none has, cut off", 0,
                   items({{}, {}, {"none.example"}}, {1, 0}));
  right &= measure("rows from 900 000", 100, [&job] {
    const auto page = job.rows(900'000);
    return page ? page->rows.size() : std::size_t{0};
  });
  return right ? 0 : 1;
}

} // namespace
} // namespace pixmill::persistence

int main() {
  return pixmill::persistence::run();
}
