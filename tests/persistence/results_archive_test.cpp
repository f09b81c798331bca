#include "persistence/results_archive.hpp"

#include <array>
#include <map>
#include <span>

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/archive_names.hpp"
#include "persistence/directory_store.hpp"
#include "tests/persistence/journal_samples.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

using files = std::map<std::string, std::string>;

// The files of an archive, by a reader that reads from its front.
files files_in(const std::string& zip) {
  files out;
  auto* from = archive_read_new();
  archive_read_support_format_zip_streamable(from);
  EXPECT_EQ(archive_read_open_memory(from, zip.data(), zip.size()), ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(from, &entry) == ARCHIVE_OK) {
    std::string content;
    std::array<char, 1000> piece{};
    for (la_ssize_t got = 0;
         (got = archive_read_data(from, piece.data(), piece.size())) > 0;)
      content.append(piece.data(), static_cast<std::size_t>(got));
    EXPECT_TRUE(out.emplace(archive_entry_pathname(entry), content).second)
      << archive_entry_pathname(entry);
  }
  EXPECT_EQ(archive_errno(from), 0) << archive_error_string(from);
  archive_read_free(from);
  return out;
}

class ResultsArchive : public testing::Test {
protected:
  ResultsArchive() {
    auto opened = journal_store::open(folder.path() / "journal");
    if (opened)
      journal = std::move(*opened);
    auto made = directory_store::open(folder.path() / "images");
    if (made)
      images = std::move(*made);
  }

  void accept(const std::string& rows) {
    const auto csv = "S. No.,Product Name,Input Image Urls\n" + rows;
    ASSERT_TRUE(journal->put_csv_chunk("job_1", 0, csv));
    ASSERT_TRUE(journal->accept_job(job));
  }

  outcome stored(const std::string& content) {
    const std::span bytes{reinterpret_cast<const std::uint8_t*>(content.data()),
                          content.size()};
    const auto key = images->put(bytes, image_format::jpeg);
    EXPECT_TRUE(key && images->sync());
    auto x = test::outcome_of(1);
    x.sha256 = key ? *key : "";
    return x;
  }

  caf::expected<std::string> archived() {
    results_archive source{*journal, *images, job, {}, {}};
    std::string out;
    for (;;) {
      const auto before = out.size();
      const auto more = source.next(out);
      if (!more)
        return more.error();
      EXPECT_LT(out.size() - before, 300'000u);
      if (!*more)
        return out;
    }
  }

  test::temporary_folder folder;
  std::unique_ptr<journal_store> journal;
  std::unique_ptr<directory_store> images;
  job_record job = test::job_named("job_1");
};

TEST_F(ResultsArchive, HoldsTheImagesAndTheSheetThatLinksThem) {
  accept("1,Blue \xc3\x9c Mug!,\"http://a/1,http://a/2\"\n2,,http://a/3\n"
         "3,Pot,http://a/4\n");
  const std::string large(700'000, 'x');
  ASSERT_TRUE(journal->commit({{"job_1", {1, 0}, stored("one")},
                               {"job_1", {1, 1}, test::failure_of(errc::dns)},
                               {"job_1", {2, 0}, stored(large)},
                               {"job_1", {3, 0}, stored("one")}}));
  const auto zip = archived();
  ASSERT_TRUE(zip) << context_of(zip.error());
  const auto found = files_in(*zip);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found.at("images/0001-1-blue-mug.jpg"), "one");
  EXPECT_EQ(found.at("images/0002-1.jpg"), large);
  EXPECT_EQ(found.at("results.csv"),
            "S. No.,Product Name,Input Image Urls,Output Image Urls\n"
            "1,Blue \xc3\x9c Mug!,\"http://a/1,http://a/2\","
            "\"images/0001-1-blue-mug.jpg,\"\n"
            "2,,http://a/3,images/0002-1.jpg\n"
            "3,Pot,http://a/4,images/0001-1-blue-mug.jpg\n");
}

TEST_F(ResultsArchive, IsTheSameEachTime) {
  accept("1,Mug,http://a/1\n");
  ASSERT_TRUE(journal->commit({{"job_1", {1, 0}, stored("one")}}));
  const auto first = archived();
  const auto second = archived();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
}

TEST_F(ResultsArchive, AgreesWithItselfWhileTheJobGoesOn) {
  accept("1,Mug,http://a/1\n2,Cup,http://a/2\n");
  ASSERT_TRUE(journal->commit({{"job_1", {2, 0}, stored("two")}}));
  results_archive source{*journal, *images, job, {}, {}};
  ASSERT_TRUE(journal->commit({{"job_1", {1, 0}, stored("two")}}));
  std::string zip;
  for (auto more = source.next(zip); more && *more; more = source.next(zip))
    continue;
  const auto found = files_in(zip);
  EXPECT_EQ(found.count("images/0002-1-cup.jpg"), 1u);
  EXPECT_NE(found.at("results.csv").find("http://a/1,\n"), std::string::npos);
}

TEST_F(ResultsArchive, EndsEarlyWhereAnImageIsMissing) {
  accept("1,Mug,http://a/1\n");
  ASSERT_TRUE(journal->commit({{"job_1", {1, 0}, test::outcome_of(1)}}));
  const auto zip = archived();
  ASSERT_FALSE(zip);
  EXPECT_EQ(code_of(zip.error(), errc::none), errc::store);
}

TEST(ArchiveNames, HaveAsManyDigitsAsTheSheetHasRows) {
  archive_names names{1'000'000};
  EXPECT_EQ(names.name_of(7, 11, "--A  b--", test::outcome_of(1)).name,
            "images/0000007-12-a-b.jpg");
}

TEST(ArchiveNames, AreCutWhereTheyAreLong) {
  archive_names names{1};
  EXPECT_EQ(
    names.name_of(1, 0, std::string(500, 'a'), test::outcome_of(1)).name,
    "images/0001-1-" + std::string(40, 'a') + ".jpg");
}

} // namespace
} // namespace pixmill::persistence
