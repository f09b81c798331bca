#include "model/results.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace pixmill {
namespace {

const std::string some_hash(64, 'a');

sheet_header header_of(std::vector<std::string> cells) {
  sheet_header header;
  header.present = true;
  header.width = cells.size();
  header.cells = std::move(cells);
  return header;
}

sheet_header plain_header() {
  return header_of({"S. No.", "Product Name", "Input Image Urls"});
}

sheet_row row_of(std::vector<std::string> cells,
                 std::vector<std::string> urls) {
  sheet_row row;
  row.row = 1;
  row.line = 2;
  row.cells = std::move(cells);
  for (auto& url : urls)
    row.slots.push_back({std::move(url), {}});
  return row;
}

sheet_row two_slots() {
  return row_of({"1", "Mug", "http://a/x.jpg,http://a/y.jpg"},
                {"http://a/x.jpg", "http://a/y.jpg"});
}

outcome done() {
  outcome x;
  x.state = item_state::done;
  x.sha256 = some_hash;
  x.format = image_format::jpeg;
  x.bytes_in = 1000;
  x.bytes_out = 480;
  x.width = 640;
  x.height = 480;
  x.quality = 71;
  x.ssim_ppm = 981'500;
  x.milliseconds = 12;
  x.attempts = 1;
  x.node = "local";
  x.ssim_worst_ppm = 940'000;
  x.chroma_ssim_ppm = 970'000;
  x.chroma_ssim_worst_ppm = 910'000;
  x.why_format = format_reason::photo;
  return x;
}

outcome failed() {
  outcome x;
  x.state = item_state::failed;
  x.why = {errc::http_status, 404, "Not Found"};
  x.milliseconds = 7;
  x.attempts = 1;
  x.node = "local";
  return x;
}

outcome skipped() {
  outcome x;
  x.state = item_state::skipped;
  x.why = {errc::url_invalid, 0, "url-scheme"};
  return x;
}

results_style linking_to(std::string text) {
  results_style style;
  style.link = [text = std::move(text)](const sheet_row&, std::size_t slot,
                                        const outcome&) {
    return text + std::to_string(slot) + ".jpg";
  };
  return style;
}

std::string header_line(const sheet_header& header,
                        const results_style& style) {
  std::string out;
  results_csv{header, style}.write_header(out);
  return out;
}

std::string line(const sheet_header& header, const results_style& style,
                 const sheet_row& row, std::vector<outcome> outcomes) {
  std::string out;
  results_csv{header, style}.write_row(row, outcomes, out);
  return out;
}

TEST(ResultsCsv, AppendsOneColumnToTheHeader) {
  EXPECT_EQ(header_line(plain_header(), {}),
            "S. No.,Product Name,Input Image Urls,Output Image Urls\n");
}

TEST(ResultsCsv, HasNoHeaderWhenTheInputHadNone) {
  sheet_header header;
  header.width = 3;
  EXPECT_EQ(header_line(header, {}), "");
  EXPECT_EQ(line(header, linking_to("i/"), two_slots(), {done(), done()}),
            "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\"i/0.jpg,i/1.jpg\"\n");
}

TEST(ResultsCsv, LeavesAFailedSlotEmptySoThatPositionsKeep) {
  EXPECT_EQ(
    line(plain_header(), linking_to("i/"), two_slots(), {failed(), done()}),
    "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\",i/1.jpg\"\n");
}

TEST(ResultsCsv, LeavesASlotWithoutOutcomeEmpty) {
  EXPECT_EQ(
    line(plain_header(), linking_to("i/"), two_slots(), {outcome{}, outcome{}}),
    "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\",\"\n");
}

TEST(ResultsCsv, EncodesACommaInALink) {
  EXPECT_EQ(
    line(plain_header(), linking_to("i/a,b,"), two_slots(), {done(), failed()}),
    "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\"i/a%2Cb%2C0.jpg,\"\n");
}

TEST(ResultsCsv, OverwritesTheColumnOfAnEarlierRunInPlace) {
  auto header = header_of({"No", "Output Image Urls", "Name", "Images"});
  header.name = 2;
  header.urls = 3;
  header.output = 1;
  EXPECT_EQ(header_line(header, {}), "No,Output Image Urls,Name,Images\n");
  EXPECT_EQ(line(header, linking_to("i/"),
                 row_of({"1", "old", "Mug", "http://a/x"}, {"http://a/x"}),
                 {done()}),
            "1,i/0.jpg,Mug,http://a/x\n");
}

TEST(ResultsCsv, UsesTheInputsDelimiter) {
  auto header = plain_header();
  header.delimiter = ';';
  EXPECT_EQ(line(header, linking_to("i/"), two_slots(), {done(), done()}),
            "1;Mug;http://a/x.jpg,http://a/y.jpg;\"i/0.jpg,i/1.jpg\"\n");
}

TEST(ResultsCsv, FillsAShortRowUp) {
  EXPECT_EQ(line(plain_header(), {}, row_of({"1"}, {}), {}), "1,,,\n");
}

TEST(ResultsCsv, ReportsSlotBySlotWhenAskedToBeFull) {
  auto style = linking_to("i/");
  style.full = true;
  EXPECT_EQ(header_line(plain_header(), style),
            "S. No.,Product Name,Input Image Urls,Output Image Urls,Status,"
            "Error,Bytes In,Bytes Out,Quality,Ssim,Sha256,Milliseconds,Node,"
            "Attempts,Ssim Worst,Chroma Ssim,Chroma Ssim Worst,Ratio,Format,"
            "Format Reason\n");
  EXPECT_EQ(line(plain_header(), style, two_slots(), {done(), failed()}),
            "1,Mug,\"http://a/x.jpg,http://a/y.jpg\",\"i/0.jpg,\",done;failed,"
            ";http_404,1000;0,480;0,71;,0.9815;,"
              + some_hash
              + ";,12;7,local;local,1;1,0.94;,0.97;,0.91;,0.48;,jpeg;,"
                "photo;\n");
}

TEST(ResultsCsv, SaysWhenATargetWasNotReached) {
  auto style = linking_to("i/");
  style.full = true;
  auto heavy = done();
  heavy.target_missed = true;
  EXPECT_NE(line(plain_header(), style, two_slots(), {heavy, outcome{}})
              .find("done;pending,target_not_reached;,1000;,"),
            std::string::npos);
}

TEST(ResultsCsv, OverwritesTheReportOfAnEarlierRunInPlace) {
  auto style = linking_to("i/");
  style.full = true;
  std::string first;
  results_csv{plain_header(), style}.write_header(first);
  auto header = header_of({"S. No.",
                           "Product Name",
                           "Input Image Urls",
                           "Output Image Urls",
                           "Status",
                           "Error",
                           "Bytes In",
                           "Bytes Out",
                           "Quality",
                           "Ssim",
                           "Sha256",
                           "Milliseconds",
                           "Node",
                           "Attempts",
                           "Ssim Worst",
                           "Chroma Ssim",
                           "Chroma Ssim Worst",
                           "Ratio",
                           "Format",
                           "Format Reason"});
  header.output = 3;
  EXPECT_EQ(header_line(header, style), first);
  std::vector<std::string> cells{"1", "Mug", "http://a/x"};
  cells.resize(20, "old");
  EXPECT_EQ(line(header, style, row_of(cells, {"http://a/x"}), {failed()}),
            "1,Mug,http://a/x,,failed,http_404,0,0,,,,7,local,1,,,,,,\n");
}

TEST(ResultsCsv, AddsToAReportFromBeforeItHadAllColumns) {
  auto style = linking_to("i/");
  style.full = true;
  auto header = header_of({"S. No.", "Product Name", "Input Image Urls",
                           "Output Image Urls", "Status", "Error", "Bytes In",
                           "Bytes Out", "Quality", "Ssim", "Sha256",
                           "Milliseconds", "Node", "Attempts"});
  header.output = 3;
  EXPECT_TRUE(header_line(header, style)
                .ends_with(",Attempts,Ssim Worst,Chroma Ssim,Chroma Ssim Worst,"
                           "Ratio,Format,Format Reason\n"));
  std::vector<std::string> cells{"1", "Mug", "http://a/x"};
  cells.resize(14, "old");
  EXPECT_EQ(line(header, style, row_of(cells, {"http://a/x"}), {done()}),
            "1,Mug,http://a/x,i/0.jpg,done,,1000,480,71,0.9815," + some_hash
              + ",12,local,1,0.94,0.97,0.91,0.48,jpeg,photo\n");
}

TEST(ResultsCsv, LeavesAnEarlierReportAloneWhenNoneIsAskedFor) {
  const auto header =
    header_of({"No", "Name", "Images", "Ssim Worst", "Chroma Ssim",
               "Chroma Ssim Worst", "Ratio", "Format", "Format Reason"});
  EXPECT_EQ(
    line(header, linking_to("i/"),
         row_of({"1", "Mug", "http://a/x", "a", "b", "c", "d", "e", "f"},
                {"http://a/x"}),
         {done()}),
    "1,Mug,http://a/x,a,b,c,d,e,f,i/0.jpg\n");
}

TEST(ResultsCsv, LeavesAShopsOwnStatusAlone) {
  auto style = linking_to("i/");
  style.full = true;
  const auto header = header_of({"No", "Name", "Images", "Status"});
  EXPECT_TRUE(line(header, style,
                   row_of({"1", "Mug", "http://a/x", "sold"}, {"http://a/x"}),
                   {done()})
                .starts_with("1,Mug,http://a/x,sold,i/0.jpg,done,"));
}

TEST(ResultsCsv, KeepsFormulasUnlessAskedToBeSafe) {
  const auto row = row_of({"=1+1", "@x", "http://a/x"}, {"http://a/x"});
  auto style = linking_to("i/");
  EXPECT_EQ(line(plain_header(), style, row, {done()}),
            "=1+1,@x,http://a/x,i/0.jpg\n");
  style.csv_safe = true;
  EXPECT_EQ(line(plain_header(), style, row, {done()}),
            "'=1+1,'@x,http://a/x,i/0.jpg\n");
}

// The second opinion of another implementation of CSV.
std::vector<std::vector<std::string>> read_by_python(const std::string& csv,
                                                     char delimiter) {
  const auto path = std::filesystem::temp_directory_path()
                    / ("pixmill-results-" + std::to_string(::getpid()));
  std::ofstream{path, std::ios::binary} << csv;
  const auto command = "/usr/bin/python3 -c 'import csv, json, sys\n"
                       "rows = list(csv.reader(open(sys.argv[1], newline=\"\"),"
                       " delimiter=sys.argv[2]))\n"
                       "print(json.dumps(rows))' '"
                       + path.string() + "' '" + delimiter + "'";
  std::string text;
  auto* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr)
    return {};
  char block[4096];
  while (const auto got = std::fread(block, 1, sizeof block, pipe))
    text.append(block, got);
  ::pclose(pipe);
  std::filesystem::remove(path);
  return nlohmann::json::parse(text);
}

TEST(ResultsCsv, ComesBackCellByCellThroughPython) {
  for (const auto delimiter : {',', ';', '\t', '|'}) {
    auto header = header_of({"S,No", "a\"b", "Input Image Urls", ""});
    header.delimiter = delimiter;
    const std::vector<std::string> cells{
      "00 1.", "two\r\nlines, \"so\"; a|b\tc", "http://a/x", " =1+1 \xc3\xa4"};
    std::string csv;
    const results_csv writer{header, linking_to("i/")};
    writer.write_header(csv);
    writer.write_row(row_of(cells, {"http://a/x", "http://a/y"}),
                     std::vector{done(), failed()}, csv);
    writer.write_row(row_of({"", "", "", ""}, {}), {}, csv);
    auto head = header.cells;
    head.emplace_back("Output Image Urls");
    auto body = cells;
    body.emplace_back("i/0.jpg,");
    const std::vector<std::vector<std::string>> expected{
      head, body, {"", "", "", "", ""}};
    EXPECT_EQ(read_by_python(csv, delimiter), expected);
  }
}

std::string failed_line(const sheet_row& row, std::vector<outcome> outcomes) {
  std::string out;
  failed_csv{plain_header()}.write_row(row, outcomes, out);
  return out;
}

TEST(FailedCsv, HasTheInputsHeader) {
  std::string out;
  failed_csv{plain_header()}.write_header(out);
  EXPECT_EQ(out, "S. No.,Product Name,Input Image Urls\n");
}

TEST(FailedCsv, KeepsOnlyTheUrlsThatFailed) {
  EXPECT_EQ(failed_line(two_slots(), {done(), failed()}),
            "1,Mug,http://a/y.jpg\n");
  auto canceled = failed();
  canceled.state = item_state::canceled;
  EXPECT_EQ(failed_line(two_slots(), {canceled, failed()}),
            "1,Mug,\"http://a/x.jpg,http://a/y.jpg\"\n");
}

TEST(FailedCsv, LeavesOutRowsWithoutFailure) {
  EXPECT_EQ(failed_line(two_slots(), {done(), outcome{}}), "");
  EXPECT_EQ(failed_line(row_of({"1", "Mug", ""}, {}), {}), "");
}

TEST(FailedCsv, LeavesOutEntriesThatWereInvalid) {
  auto row = two_slots();
  row.slots[0] = {"", "url-scheme"};
  EXPECT_EQ(failed_line(row, {skipped(), failed()}), "1,Mug,http://a/y.jpg\n");
  EXPECT_EQ(failed_line(row, {skipped(), done()}), "");
}

TEST(FailedCsv, KeepsTheCellOfARowOfInvalidEntriesForAPerson) {
  auto row = row_of({"1", "Mug", "ftp://a/x, nonsense"}, {});
  row.slots = {{"", "url-scheme"}, {"", "url-scheme"}};
  EXPECT_EQ(failed_line(row, {skipped(), skipped()}),
            "1,Mug,\"ftp://a/x, nonsense\"\n");
}

std::vector<nlohmann::json> objects(const sheet_row& row,
                                    std::vector<outcome> outcomes) {
  std::string text;
  write_jsonl(row, outcomes, linking_to("i/"), plain_header(), text);
  std::vector<nlohmann::json> result;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    result.push_back(nlohmann::json::parse(text.substr(at, end - at)));
    at = end + 1;
  }
  return result;
}

TEST(ResultsJsonl, HasOneObjectASlot) {
  const auto all = objects(two_slots(), {done(), failed()});
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0], nlohmann::json::parse(R"({"row":1,"slot":0,"serial":"1",
    "name":"Mug","url":"http://a/x.jpg","status":"done","error":null,
    "output":"i/0.jpg","bytes_in":1000,"bytes_out":480,"quality":71,
    "ssim":0.9815,"sha256":")" + some_hash + R"(","width":640,"height":480,
    "milliseconds":12,"node":"local","attempts":1,
    "target_not_reached":false,"ssim_worst":0.94,"chroma_ssim":0.97,
    "chroma_ssim_worst":0.91,"ratio":0.48,"format":"jpeg",
    "format_reason":"photo"})"));
  EXPECT_EQ(all[1]["slot"], 1);
  EXPECT_EQ(all[1]["status"], "failed");
  EXPECT_EQ(all[1]["error"],
            (nlohmann::json{{"code", "http_404"}, {"detail", "Not Found"}}));
  EXPECT_TRUE(all[1]["output"].is_null());
  EXPECT_TRUE(all[1]["sha256"].is_null());
  for (const auto* name : {"quality", "ssim_worst", "chroma_ssim", "ratio",
                           "format", "format_reason"})
    EXPECT_TRUE(all[1][name].is_null()) << name;
}

TEST(ResultsJsonl, IsJsonWhateverTheCellsHold) {
  const auto all = objects(
    row_of({"\xff", "a\"\n\x01", "http://a/x"}, {"http://a/x"}), {done()});
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0]["serial"], "\xef\xbf\xbd");
  EXPECT_EQ(all[0]["name"], "a\"\n\x01");
}

} // namespace
} // namespace pixmill
