#include "config/conf_file.hpp"

#include <gtest/gtest.h>

namespace pixmill::config {
namespace {

conf_file parsed(std::string_view text) {
  auto out = parse_conf(text, "x.conf");
  EXPECT_TRUE(out) << (out ? "" : context_of(out.error()));
  return out ? std::move(*out) : conf_file{};
}

std::string error_of(std::string_view text) {
  const auto out = parse_conf(text, "x.conf");
  EXPECT_FALSE(out) << text;
  if (out)
    return {};
  EXPECT_EQ(code_of(out.error(), errc::none), errc::config_invalid);
  return context_of(out.error());
}

TEST(ConfFile, KnowsTheLineOfEachEntry) {
  const auto file = parsed("; about\n\n[fetch]\n  per-origin = 12 ; few\n"
                           "[log]\nfile = \"a;b\" ; quoted\n");
  ASSERT_EQ(file.entries.size(), 2u);
  EXPECT_EQ(file.entries[0].line, 4u);
  EXPECT_EQ(file.entries[0].section, "fetch");
  EXPECT_EQ(file.entries[0].key, "per-origin");
  EXPECT_EQ(file.entries[0].text, "12");
  EXPECT_EQ(file.entries[1].line, 6u);
  EXPECT_EQ(file.entries[1].parsed.found, value{"a;b"});
  ASSERT_EQ(file.sections.size(), 2u);
  EXPECT_EQ(file.sections[1].name, "log");
  EXPECT_EQ(file.sections[1].line, 5u);
}

TEST(ConfFile, TakesWindowsLineEndsAndAByteOrderMark) {
  const auto file = parsed("\xEF\xBB\xBF[log]\r\njson = true\r\n");
  ASSERT_EQ(file.entries.size(), 1u);
  EXPECT_EQ(file.entries[0].parsed.found, value{true});
}

TEST(ConfFile, KeepsAValueThatIsNoneForLater) {
  const auto file = parsed("[log]\nlevel = info ; no quotes\njson = true 1\n");
  ASSERT_EQ(file.entries.size(), 2u);
  EXPECT_FALSE(file.entries[0].parsed.found);
  EXPECT_EQ(file.entries[0].text, "info");
  EXPECT_FALSE(file.entries[1].parsed.found);
  EXPECT_EQ(file.entries[1].text, "true 1");
}

TEST(ConfFile, RefusesRepeatedKeys) {
  EXPECT_EQ(error_of("[a]\nx = 1\ny = 1\nx = 2\n"),
            "x.conf:4: [a] x was given before, on line 2");
}

TEST(ConfFile, RefusesRepeatedSections) {
  EXPECT_EQ(error_of("[a]\n[b]\n[a]\n"),
            "x.conf:3: [a] was started before, on line 1");
}

TEST(ConfFile, TakesTheSameKeyInTwoSections) {
  EXPECT_EQ(parsed("[a]\nx = 1\n[b]\nx = 1\n").entries.size(), 2u);
}

TEST(ConfFile, RefusesNestedSections) {
  EXPECT_EQ(error_of("[a.b]\n"),
            "x.conf:1: \"[a.b]\" is no section: write [name], one level only");
}

TEST(ConfFile, RefusesBraces) {
  EXPECT_EQ(error_of("fetch {\n"), "x.conf:1: \"fetch {\" is none of: "
                                   "[section], key = value, ; comment");
}

TEST(ConfFile, RefusesAnOpenSection) {
  EXPECT_EQ(error_of("[fetch\n"), "x.conf:1: \"[fetch\" does not end in ']'");
}

TEST(ConfFile, RefusesAKeyBeforeAnySection) {
  EXPECT_EQ(error_of("x = 1\n"), "x.conf:1: x stands before the first "
                                 "[section]");
}

TEST(ConfFile, RefusesHashComments) {
  EXPECT_EQ(error_of("# hello\n"),
            "x.conf:1: comments start with ';', not with '#'");
}

TEST(ConfFile, RefusesALastLineWithoutItsEnd) {
  EXPECT_EQ(error_of("[a]\nx = 1"),
            "x.conf:2: no line end after the last line; the file may be cut "
            "short");
}

TEST(ConfFile, RefusesAMarkedFileThatIsCutAtALine) {
  EXPECT_EQ(error_of("; begin pixmill settings\n[a]\nx = 1\n\n"),
            "x.conf:4: the file is cut short: its last line must be \"; end "
            "pixmill settings\"");
  EXPECT_EQ(parsed("; begin pixmill settings\n[a]\nx = 1\n"
                   "; end pixmill settings\n\n")
              .entries.size(),
            1u);
}

TEST(ConfFile, RefusesWhatIsNoText) {
  EXPECT_EQ(error_of(std::string_view{"[a]\nx = \0\n", 10}),
            "x.conf:2: a control character; this is not a text file");
  EXPECT_EQ(error_of(""), "x.conf:1: the file is empty; remove it to use the "
                          "defaults");
}

TEST(ConfFile, NamesAFileThatCannotBeRead) {
  const auto missing = read_conf("/nonexistent/x.conf");
  ASSERT_FALSE(missing);
  EXPECT_EQ(context_of(missing.error()),
            "/nonexistent/x.conf: cannot be read: No such file or directory");
  const auto folder = read_conf("/");
  ASSERT_FALSE(folder);
  EXPECT_EQ(context_of(folder.error()), "/: cannot be read: Is a directory");
}

} // namespace
} // namespace pixmill::config
