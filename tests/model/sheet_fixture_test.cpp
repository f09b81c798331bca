#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/model/sheet_reading.hpp"

namespace pixmill {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::read_sheet;
using test::written;

// A file of tests/fixtures/csv and what the contract says about it.
struct fixture {
  std::string name;
  fs::path file;
  fs::path expected;
};

void PrintTo(const fixture& x, std::ostream* out) {
  *out << x.file.filename();
}

std::string contents(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<fixture> all_fixtures() {
  std::vector<fixture> out;
  for (const auto& entry :
       fs::directory_iterator{fs::path{PIXMILL_FIXTURES} / "csv"}) {
    const auto name = entry.path().filename().string();
    if (name.ends_with(".json"))
      continue;
    const auto stem = name.substr(0, name.find('.'));
    out.push_back({stem, entry.path(),
                   entry.path().parent_path() / (stem + ".expected.json")});
  }
  std::sort(out.begin(), out.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

sheet_rules rules_of(const json& expected) {
  sheet_rules out;
  const auto x = expected.value("rules", json::object());
  const auto columns = x.value("columns", json::object());
  out.columns.serial = columns.value("serial", "");
  out.columns.name = columns.value("name", "");
  out.columns.urls = columns.value("urls", "");
  out.assume_https = x.value("assume_https", false);
  out.max_rows = x.value("max_rows", out.max_rows);
  out.max_cell_bytes = x.value("max_cell_bytes", out.max_cell_bytes);
  out.max_slots_per_row = x.value("max_slots_per_row", out.max_slots_per_row);
  out.max_bytes = x.value("max_bytes", out.max_bytes);
  return out;
}

json to_json(const std::vector<sheet_row>& rows) {
  auto out = json::array();
  for (const auto& row : rows) {
    auto slots = json::array();
    for (const auto& slot : row.slots)
      if (slot.problem.empty())
        slots.push_back(slot.url);
      else
        slots.push_back({{"problem", slot.problem}});
    out.push_back({{"row", row.row},
                   {"line", row.line},
                   {"cells", row.cells},
                   {"slots", slots}});
  }
  return out;
}

json to_json(const std::vector<sheet_issue>& issues) {
  auto out = json::array();
  for (const auto& issue : issues) {
    json x{{"code", issue.code}};
    if (issue.row > 0)
      x["row"] = issue.row;
    if (issue.line > 0)
      x["line"] = issue.line;
    if (issue.slot >= 0)
      x["slot"] = issue.slot;
    out.push_back(x);
  }
  return out;
}

json to_json(const sheet_header& header) {
  json out{{"present", header.present},
           {"cells", header.cells},
           {"width", header.width},
           {"serial", header.serial},
           {"name", header.name},
           {"urls", header.urls},
           {"delimiter", std::string{header.delimiter}}};
  if (header.output != sheet_header::npos)
    out["output"] = header.output;
  return out;
}

class SheetFixture : public testing::TestWithParam<fixture> {
protected:
  const std::string bytes = contents(GetParam().file);
  const json expected = json::parse(contents(GetParam().expected));
  const sheet_rules rules = rules_of(expected);
};

TEST_P(SheetFixture, IsReadAsTheContractSays) {
  const auto got = read_sheet(bytes, rules);
  EXPECT_EQ(to_json(got.rows), expected.value("rows", to_json(got.rows)));
  if (expected.contains("header")) {
    const auto header = to_json(got.header);
    for (const auto& [key, value] : expected["header"].items())
      EXPECT_EQ(header.value(key, json{}), value) << key;
  }
}

TEST_P(SheetFixture, IsJudgedAsTheContractSays) {
  sheet_validator validator{rules};
  validator.feed(bytes);
  const auto got = validator.finish();
  EXPECT_EQ(to_json(got.errors), expected["errors"]);
  EXPECT_EQ(to_json(got.warnings), expected["warnings"]);
  EXPECT_EQ(got.valid(), expected["errors"].empty());
  EXPECT_EQ(got.limit, expected.value("limit", ""));
  const auto totals = expected.value("totals", json::object());
  for (const auto& [key, value] : totals.items())
    EXPECT_EQ(key == "unique" ? got.totals.unique
              : key == "rows" ? got.totals.rows
                              : got.totals.slots,
              value)
      << key;
  EXPECT_EQ(got.stopped, expected.value("stopped", got.stopped));
  for (const auto* list : {&got.errors, &got.warnings})
    for (const auto& issue : *list)
      EXPECT_FALSE(issue.hint.empty()) << issue.code;
}

TEST_P(SheetFixture, ReadsTheSameByteByByte) {
  EXPECT_EQ(written(read_sheet(bytes, rules, test::each_byte(bytes.size()))),
            written(read_sheet(bytes, rules)));
}

TEST_P(SheetFixture, ReadsTheSameHoweverItIsCut) {
  const auto whole = written(read_sheet(bytes, rules));
  std::mt19937 random{20'260'101};
  for (int round = 0; round < 30; ++round) {
    std::vector<std::size_t> cuts(1 + random() % 8);
    for (auto& cut : cuts)
      cut = random() % (bytes.size() + 1);
    std::sort(cuts.begin(), cuts.end());
    ASSERT_EQ(written(read_sheet(bytes, rules, cuts)), whole)
      << testing::PrintToString(cuts);
  }
}

std::string test_name(const testing::TestParamInfo<fixture>& info) {
  auto out = info.param.name;
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

INSTANTIATE_TEST_SUITE_P(Csv, SheetFixture, testing::ValuesIn(all_fixtures()),
                         test_name);

} // namespace
} // namespace pixmill
