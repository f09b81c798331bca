#include "cli/results_reader.hpp"

#include <gtest/gtest.h>

#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

class ResultsReader : public testing::Test {
protected:
  std::vector<result_slot> read(std::string_view csv) {
    std::vector<result_slot> out;
    reason = read_results(folder.write("results.csv", csv),
                          [&](result_slot x) { out.push_back(std::move(x)); });
    return out;
  }

  scratch_folder folder;
  caf::error reason;
};

TEST_F(ResultsReader, FindsTheLinkOfEachSlot) {
  const auto slots = read("S. No.,Product Name,Input Image Urls,Output Image "
                          "Urls\n"
                          "1,A,\"https://x.example/1,https://x.example/2\","
                          "\"images/a.jpg,\"\n"
                          "2,B,https://x.example/3,images/b.png\n");
  ASSERT_FALSE(reason);
  ASSERT_EQ(slots.size(), 3u);
  EXPECT_EQ(slots[0].output, "images/a.jpg");
  EXPECT_EQ(slots[1].output, "");
  EXPECT_EQ(slots[1].slot, 1u);
  EXPECT_EQ(slots[2].row, 2u);
  EXPECT_EQ(slots[2].slot, 0u);
  EXPECT_EQ(slots[2].output, "images/b.png");
  EXPECT_EQ(slots[2].bytes_in, 0u);
}

TEST_F(ResultsReader, TakesSizesFromTheReport) {
  const auto slots = read("S. No.,Product Name,Input Image Urls,Output Image "
                          "Urls,Bytes In\n"
                          "1,A,\"https://x.example/1,https://x.example/2\","
                          "\"a.jpg,b.jpg\",1000;2000\n");
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(slots[0].bytes_in, 1000u);
  EXPECT_EQ(slots[1].bytes_in, 2000u);
}

TEST_F(ResultsReader, TakesSizesFromTheLinesBesideIt) {
  folder.write("results.jsonl", "{\"row\":1,\"slot\":0,\"bytes_in\":5}\n"
                                "{\"row\":2,\"slot\":0,\"bytes_in\":null}\n"
                                "{\"row\":3,\"slot\":0,\"bytes_in\":7}\n"
                                "broken\n");
  const auto slots = read("S. No.,Product Name,Input Image Urls,Output Image "
                          "Urls\n"
                          "1,A,https://x.example/1,a.jpg\n"
                          "2,B,https://x.example/2,\n"
                          "3,C,https://x.example/3,c.jpg\n"
                          "4,D,https://x.example/4,d.jpg\n");
  ASSERT_EQ(slots.size(), 4u);
  EXPECT_EQ(slots[0].bytes_in, 5u);
  EXPECT_EQ(slots[1].bytes_in, 0u);
  EXPECT_EQ(slots[2].bytes_in, 7u);
  EXPECT_EQ(slots[3].bytes_in, 0u);
}

TEST_F(ResultsReader, TakesAWholeReportFromItsColumns) {
  const auto slots =
    read("S. No.,Product Name,Input Image Urls,Output Image Urls,Status,Error,"
         "Bytes In,Bytes Out,Quality,Ssim,Ssim Worst,Chroma Ssim,Chroma Ssim "
         "Worst,Format,Format Reason\n"
         "7,Mug,\"https://x.example/1,https://x.example/2\",\"a.jpg,\","
         "done;failed,target_not_reached;http_404,1000;0,700;0,71;,0.9815;,"
         "0.94;,0.97;,0.91;,webp;,alpha;\n");
  ASSERT_EQ(slots.size(), 2u);
  const auto& x = slots[0];
  EXPECT_EQ(x.serial, "7");
  EXPECT_EQ(x.name, "Mug");
  EXPECT_EQ(x.source, "https://x.example/1");
  EXPECT_EQ(x.status, "done");
  EXPECT_EQ(x.error, "target_not_reached");
  EXPECT_EQ(x.format, "webp");
  EXPECT_EQ(x.format_reason, "alpha");
  EXPECT_EQ(x.bytes_out, 700u);
  EXPECT_EQ(x.quality, 71u);
  EXPECT_EQ(x.ssim_ppm, 981'500u);
  EXPECT_EQ(x.ssim_worst_ppm, 940'000u);
  EXPECT_EQ(x.chroma_ssim_ppm, 970'000u);
  EXPECT_EQ(x.worst_ppm(), 910'000u);
  EXPECT_EQ(slots[1].error, "http_404");
  EXPECT_EQ(slots[1].worst_ppm(), 0u);
}

TEST_F(ResultsReader, TakesAWholeReportFromTheLinesBesideIt) {
  folder.write("results.jsonl",
               R"({"row":1,"slot":0,"url":"/shots/a.jpg","status":"done",)"
               R"("error":null,"bytes_out":70,"ssim":0.98,"ssim_worst":0.9,)"
               R"("quality":null,"target_not_reached":true})"
               "\n"
               R"({"row":1,"slot":1,"url":null,"status":"failed",)"
               R"("error":{"code":"timeout","detail":""}})"
               "\n");
  const auto slots = read("S. No.,Product Name,Input Image Urls,Output Image "
                          "Urls\n"
                          "1,A,\"shots/a.jpg,shots/b.jpg\",\"a.jpg,\"\n");
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(slots[0].source, "/shots/a.jpg");
  EXPECT_EQ(slots[0].error, "target_not_reached");
  EXPECT_EQ(slots[0].bytes_out, 70u);
  EXPECT_EQ(slots[0].worst_ppm(), 900'000u);
  EXPECT_EQ(slots[1].error, "timeout");
  EXPECT_EQ(slots[1].output, "");
}

TEST_F(ResultsReader, TakesAShopsOwnStatusForNoReport) {
  const auto slots = read("S. No.,Product Name,Input Image Urls,Status,Output "
                          "Image Urls\n"
                          "1,A,https://x.example/1,sold,a.jpg\n");
  ASSERT_EQ(slots.size(), 1u);
  EXPECT_EQ(slots[0].status, "");
}

TEST_F(ResultsReader, RefusesAFileWithoutTheColumn) {
  EXPECT_TRUE(read("S. No.,Product Name,Input Image Urls\n"
                   "1,A,https://x.example/1\n")
                .empty());
  EXPECT_EQ(code_of(reason, errc::none), errc::csv_invalid);
}

TEST_F(ResultsReader, RefusesAFileThatIsNotThere) {
  reason = read_results("/nonexistent.csv", [](result_slot) {});
  EXPECT_EQ(code_of(reason, errc::none), errc::file_unreadable);
  EXPECT_EQ(context_of(reason), "/nonexistent.csv: No such file or directory");
}

} // namespace
} // namespace pixmill::cli
