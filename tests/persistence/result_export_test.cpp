#include "persistence/result_export.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using test::failure_of;
using test::outcome_of;

constexpr auto job_id = "job_1";
constexpr auto header = "S. No.,Product Name,Input Image Urls";

class ResultExport : public testing::Test {
protected:
  ResultExport() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
  }

  void accept(const std::string& csv,
              std::size_t chunk_bytes = journal_store::csv_chunk_bytes) {
    std::uint32_t index = 0;
    for (std::size_t at = 0; at < csv.size(); at += chunk_bytes)
      ASSERT_TRUE(
        journal->put_csv_chunk(job_id, index++, csv.substr(at, chunk_bytes)));
    ASSERT_TRUE(journal->accept_job(job));
  }

  std::string exported(export_kind kind) const {
    results_style style;
    style.link = [](const sheet_row& row, std::size_t slot, const outcome&) {
      return "i/" + std::to_string(row.row) + "-" + std::to_string(slot);
    };
    result_export source{*journal, job, {}, kind, style};
    std::string text;
    for (;;) {
      const auto before = text.size();
      const auto more = source.next(text);
      EXPECT_TRUE(more) << context_of(more.error());
      if (!more || !*more)
        return text;
      EXPECT_LT(text.size() - before, 70'000u);
    }
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
  job_record job = test::job_named(job_id);
};

const std::string two_rows =
  std::string{header}
  + "\n1,Mug,\"http://a/x.jpg,http://a/y.jpg\"\n2,Cup,http://a/z.jpg\n";

TEST_F(ResultExport, JoinsTheSheetWithItsOutcomes) {
  accept(two_rows);
  ASSERT_TRUE(journal->commit({{job_id, {2, 0}, outcome_of(2)},
                               {job_id, {1, 1}, outcome_of(1)},
                               {job_id, {1, 0}, failure_of(errc::dns)}}));
  EXPECT_EQ(exported(export_kind::results_csv),
            std::string{header}
              + ",Output Image Urls\n"
                "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\",i/1-1\"\n"
                "2,Cup,http://a/z.jpg,i/2-0\n");
  EXPECT_EQ(exported(export_kind::failed_csv),
            std::string{header} + "\n1,Mug,http://a/x.jpg\n");
  const auto jsonl = exported(export_kind::jsonl);
  EXPECT_EQ(std::count(jsonl.begin(), jsonl.end(), '\n'), 3);
}

// Returns the URLs of a sheet, row after row, and whether it has any errors.
std::pair<std::vector<std::string>, bool> urls_in(const std::string& csv) {
  bool errors = false;
  sheet_parser parser{{}, [&errors](const sheet_issue& issue) {
                        errors = errors || !issue.warning;
                      }};
  parser.feed(csv);
  parser.finish();
  std::vector<std::string> urls;
  for (sheet_row row; parser.next(row);)
    for (const auto& slot : row.slots)
      urls.push_back(slot.url);
  return {urls, errors || parser.stopped()};
}

TEST_F(ResultExport, GivesAFailedCsvThatCanBeSubmittedAsItIs) {
  const auto csv = std::string{"No;Title;images;extra\n"}
                   + "1;\"a \"\"b\"\";c\";\"http://a/1,2.jpg; "
                     "HTTP://b/\xc3\xa4 x.png|http://c/3\";=1+1\n";
  accept(csv);
  const auto urls = urls_in(csv).first;
  ASSERT_EQ(urls.size(), 3u);
  for (std::uint16_t index = 0; index < 3; ++index)
    ASSERT_TRUE(journal->commit({{job_id, {1, index}, failure_of(errc::dns)}}));
  const auto again = urls_in(exported(export_kind::failed_csv));
  EXPECT_EQ(again.first, urls);
  EXPECT_FALSE(again.second);
}

TEST_F(ResultExport, ShowsARunningJobAsFarAsItIs) {
  accept(two_rows);
  ASSERT_TRUE(journal->commit({{job_id, {2, 0}, outcome_of(2)}}));
  EXPECT_EQ(exported(export_kind::results_csv),
            std::string{header}
              + ",Output Image Urls\n"
                "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\",\"\n"
                "2,Cup,http://a/z.jpg,i/2-0\n");
  EXPECT_EQ(exported(export_kind::failed_csv), std::string{header} + "\n");
}

TEST_F(ResultExport, CountsWhatACanceledJobLeftAsCanceled) {
  job.state = job_state::canceled;
  accept(two_rows);
  ASSERT_TRUE(journal->commit({{job_id, {2, 0}, outcome_of(2)}}));
  EXPECT_EQ(exported(export_kind::failed_csv),
            std::string{header}
              + "\n1,Mug,\"http://a/x.jpg,http://a/y.jpg\"\n");
}

TEST_F(ResultExport, GivesTheSameHoweverTheSheetIsCut) {
  accept(two_rows, 1);
  ASSERT_TRUE(journal->commit({{job_id, {1, 1}, outcome_of(1)}}));
  EXPECT_EQ(exported(export_kind::results_csv),
            std::string{header}
              + ",Output Image Urls\n"
                "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\",i/1-1\"\n"
                "2,Cup,http://a/z.jpg,\n");
}

TEST_F(ResultExport, StreamsALongSheetInSteps) {
  std::string csv{header};
  csv += '\n';
  for (std::uint32_t row = 1; row <= 10'000; ++row)
    csv += std::to_string(row) + ",Mug,http://a/" + std::to_string(row) + "\n";
  accept(csv);
  for (std::uint32_t row = 1; row < 10'000; row += 100)
    ASSERT_TRUE(journal->commit(test::batch_of(job_id, row, row + 99)));
  std::string expected{header};
  expected += ",Output Image Urls\n";
  for (std::uint32_t row = 1; row <= 10'000; ++row) {
    const auto number = std::to_string(row);
    expected += number + ",Mug,http://a/" + number + ",i/" + number + "-0\n";
  }
  EXPECT_EQ(exported(export_kind::results_csv), expected);
}

TEST_F(ResultExport, RefusesASheetThatIsNotAllThere) {
  job.csv_bytes = two_rows.size() + 1;
  accept(two_rows);
  result_export source{*journal, job, {}, export_kind::results_csv, {}};
  std::string text;
  const auto more = source.next(text);
  ASSERT_FALSE(more);
  EXPECT_EQ(code_of(more.error(), errc::none), errc::store_corrupt);
}

} // namespace
} // namespace pixmill::persistence
