#include "persistence/sheet_walk.hpp"

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "persistence/record_codec.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

class SheetWalk : public testing::Test {
protected:
  SheetWalk() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
  }

  // Stores a sheet and, when asked, its marks; returns how many marks it has.
  std::size_t store(const std::string& csv, bool with_marks = true) {
    sheet_validator validator{{}};
    validator.feed(csv);
    auto summary = validator.finish();
    EXPECT_TRUE(summary.valid());
    job.csv_bytes = csv.size();
    job.totals = summary.totals;
    constexpr auto size = journal_store::csv_chunk_bytes;
    for (std::uint32_t i = 0; i * size < csv.size(); ++i) {
      EXPECT_TRUE(
        journal->put_csv_chunk("job_1", i, csv.substr(i * size, size)));
    }
    if (with_marks) {
      EXPECT_TRUE(
        journal->put_csv_chunk("job_1", marks_chunk, encode(summary.marks)));
    }
    EXPECT_TRUE(journal->accept_job(job));
    return summary.marks.size();
  }

  static std::string sheet(std::uint32_t rows, const std::string& before = {}) {
    std::string csv = before + "S. No.,Product Name,Input Image Urls\r\n";
    for (std::uint32_t row = 1; row <= rows; ++row) {
      csv += std::to_string(row);
      // Line breaks, quotes and letters beyond ASCII between the marks.
      csv += row % 7 == 0   ? ",\"A \"\"mug\"\"\r\nof two lines\","
             : row % 5 == 0 ? ",T\xc3\xa4sse 12\" wide,"
                            : ",Mug,";
      csv += "\"http://a.example/" + std::to_string(row) + ".jpg,http://b/"
             + std::to_string(row) + "\"\r\n";
    }
    return csv;
  }

  struct seen {
    std::uint32_t row;
    std::uint64_t line;
    std::string name;
    std::string url;
    bool operator==(const seen&) const = default;
  };

  static seen of(const sheet_row& row) {
    return {row.row, row.line, row.cells.at(1), row.slots.at(1).url};
  }

  std::vector<seen> all() const {
    sheet_walk walk{*journal, job, {}};
    std::vector<seen> out;
    for (;;) {
      const auto more = walk.next();
      EXPECT_TRUE(more) << context_of(more.error());
      if (!more || !*more)
        return out;
      out.push_back(of(walk.row()));
    }
  }

  void expect_rows_found(const std::vector<std::uint32_t>& order) {
    const auto expected = all();
    sheet_walk walk{*journal, job, {}};
    for (const auto row : order) {
      ASSERT_TRUE(walk.seek(row));
      for (auto at = row; at < row + 3; ++at) {
        const auto more = walk.next();
        ASSERT_TRUE(more) << context_of(more.error());
        ASSERT_EQ(*more, at <= expected.size()) << at;
        if (*more) {
          EXPECT_EQ(of(walk.row()), expected[at - 1]) << at;
        }
      }
    }
  }

  const std::vector<std::uint32_t> everywhere{
    1,     1, 2,    64,   65,   66,   9000, 63, 12000, 12001,
    11999, 5, 5000, 5001, 5003, 5064, 2,    1,  20000, 7};

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
  job_record job = test::job_named("job_1");
};

TEST_F(SheetWalk, FindsAnyRowByItsMarks) {
  EXPECT_EQ(store(sheet(12'000)), 187u);
  expect_rows_found(everywhere);
}

TEST_F(SheetWalk, FindsAnyRowBehindAByteOrderMark) {
  EXPECT_EQ(store(sheet(12'000, "\xef\xbb\xbf")), 187u);
  expect_rows_found(everywhere);
}

TEST_F(SheetWalk, FindsAnyRowWithoutMarks) {
  store(sheet(12'000), false);
  expect_rows_found(everywhere);
}

TEST_F(SheetWalk, HasNoMarksInAnotherEncoding) {
  auto csv = sheet(12'000);
  for (auto at = csv.find("\xc3\xa4"); at != csv.npos;
       at = csv.find("\xc3\xa4", at))
    csv.replace(at, 2, "\xe4");
  EXPECT_EQ(store(csv), 0u);
  expect_rows_found({9000, 3, 12000});
}

TEST_F(SheetWalk, ReadsOnlyTheChunkOfTheRow) {
  store(sheet(12'000));
  // Were any chunk between the first and the one of the row read, it would be
  // missed.
  ASSERT_TRUE(journal->put_csv_chunk("job_1", 1, "gone"));
  sheet_walk walk{*journal, job, {}};
  ASSERT_TRUE(walk.seek(11'000));
  ASSERT_TRUE(walk.next());
  EXPECT_EQ(walk.row().row, 11'000u);
  EXPECT_EQ(walk.row().slots[0].url, "http://a.example/11000.jpg");
}

} // namespace
} // namespace pixmill::persistence
