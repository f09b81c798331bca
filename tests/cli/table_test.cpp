#include "cli/table.hpp"

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

TEST(Table, AlignsColumns) {
  table lines{
    {{.title = "row", .right = true}, {.title = "code"}, {.title = "x"}}};
  lines.add({{.text = "4"}, {.text = "url-scheme"}, {.text = "a"}});
  lines.add({{.text = "1000"}, {.text = "no"}, {.text = "bc"}});
  EXPECT_EQ(lines.text(false), " row  code        x\n"
                               "   4  url-scheme  a\n"
                               "1000  no          bc\n");
}

TEST(Table, EndsNoLineInBlanks) {
  table lines{{{.title = "a"}, {.title = "long title"}}};
  lines.add({{.text = "1"}, {.text = ""}});
  EXPECT_EQ(lines.text(false), "a  long title\n1\n");
}

TEST(Table, CountsLettersNotBytes) {
  table lines{{{.title = "a"}, {.title = "b"}}};
  lines.add({{.text = "äöü"}, {.text = "1"}});
  lines.add({{.text = "xyz"}, {.text = "2"}});
  EXPECT_EQ(lines.text(false), "a    b\näöü  1\nxyz  2\n");
}

TEST(Table, CutsLongCells) {
  table lines{{{.title = "a", .widest = 4}}};
  lines.add({{.text = "äöüß"}});
  lines.add({{.text = "äöüßx"}});
  EXPECT_EQ(lines.text(false), "a\näöüß\näöü…\n");
}

TEST(Table, ShowsControlCharactersForWhatTheyAre) {
  table lines{{{.title = "a"}}};
  lines.add({{.text = "x\x1b[31my\nz"}});
  EXPECT_EQ(lines.text(false), "a\nx�[31my↵z\n");
}

TEST(Table, TintsCellsOnATerminal) {
  table lines{{{.title = "a"}, {.title = "b"}}};
  lines.add({{.text = "1", .how = tint::bad}, {.text = "2"}});
  EXPECT_EQ(lines.text(true), "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n"
                              "\x1b[31m1\x1b[0m  2\n");
}

} // namespace
} // namespace pixmill::cli
