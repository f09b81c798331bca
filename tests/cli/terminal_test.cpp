#include "cli/terminal.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace pixmill::cli {
namespace {

TEST(Terminal, MakesControlCharactersVisible) {
  EXPECT_EQ(printable("a\tb\r\nc\x7f"), "a b�↵c�");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "�31m");
  EXPECT_EQ(printable("ä é €"), "ä é €");
}

TEST(Terminal, CountsColumns) {
  EXPECT_EQ(columns_of(""), 0u);
  EXPECT_EQ(columns_of("aä€"), 3u);
}

TEST(Terminal, ComplainsOnOneLine) {
  std::ostringstream out;
  std::ostringstream err;
  complain({.out = out, .err = err}, "a\nb");
  EXPECT_EQ(err.str(), "pixmill: a↵b\n");
  EXPECT_EQ(out.str(), "");
}

} // namespace
} // namespace pixmill::cli
