#include "model/csv_text.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

std::string cell(std::string_view text, csv_dialect dialect = {}) {
  std::string out;
  append_csv_cell(out, text, dialect);
  return out;
}

TEST(CsvCell, IsQuotedOnlyWhereItHasTo) {
  EXPECT_EQ(cell("plain"), "plain");
  EXPECT_EQ(cell(""), "");
  EXPECT_EQ(cell(" blanks "), " blanks ");
  EXPECT_EQ(cell("a,b"), "\"a,b\"");
  EXPECT_EQ(cell("a;b"), "a;b");
  EXPECT_EQ(cell("a;b", {';'}), "\"a;b\"");
  EXPECT_EQ(cell("a\nb"), "\"a\nb\"");
  EXPECT_EQ(cell("a\rb"), "\"a\rb\"");
  EXPECT_EQ(cell("12\" pan"), "\"12\"\" pan\"");
  EXPECT_EQ(cell("\""), "\"\"\"\"");
}

TEST(CsvCell, KeepsFormulasUnlessAskedToBeSafe) {
  for (const auto* text : {"=1+1", "+1", "-1", "@SUM(A1)", "\tx"}) {
    EXPECT_EQ(cell(text), text);
    EXPECT_EQ(cell(text, {',', true}), "'" + std::string{text});
  }
  EXPECT_EQ(cell("a=1", {',', true}), "a=1");
  EXPECT_EQ(cell("=a,b", {',', true}), "\"'=a,b\"");
}

} // namespace
} // namespace pixmill
