#include "http/json_submission.hpp"

#include <string>

#include <gtest/gtest.h>

#include "model/errc.hpp"

namespace pixmill::http {
namespace {

std::string csv_of(const std::string& body) {
  const auto parsed = parse_json_submission(body);
  EXPECT_TRUE(parsed) << context_of(parsed.error());
  return parsed ? parsed->csv : "";
}

std::string refusal_of(const std::string& body) {
  const auto parsed = parse_json_submission(body);
  EXPECT_FALSE(parsed) << body;
  return parsed ? "" : context_of(parsed.error());
}

TEST(JsonSubmission, TakesCsvAsText) {
  EXPECT_EQ(csv_of(R"({"csv": "a,b\n1,2\n"})"), "a,b\n1,2\n");
}

TEST(JsonSubmission, WritesRowsAsCsv) {
  EXPECT_EQ(csv_of(R"({"rows": [
              {"S. No.": 1, "Product Name": "A \"b\", c",
               "Input Image Urls": ["http://a/x", "http://a/y"]},
              {"S. No.": "002", "Input Image Urls": "http://a/z",
               "Colour": null}]})"),
            "S. No.,Product Name,Input Image Urls,Colour\n"
            "1,\"A \"\"b\"\", c\",\"http://a/x,http://a/y\",\n"
            "002,,http://a/z,\n");
}

TEST(JsonSubmission, ReadsOptions) {
  const auto parsed = parse_json_submission(
    R"({"csv": "x", "options": {"name": "spring", "target": {"quality": 50}}})");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->options.name, "spring");
  EXPECT_EQ(parsed->options.goal.target, target_kind::quality);
}

TEST(JsonSubmission, NamesWhatIsWrong) {
  EXPECT_NE(refusal_of("[]").find("object"), std::string::npos);
  EXPECT_NE(refusal_of("{").find("object"), std::string::npos);
  EXPECT_NE(refusal_of("{}").find("csv or rows"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"csv": "x", "rows": []})").find("either"),
            std::string::npos);
  EXPECT_NE(refusal_of(R"({"csv": 1})").find("csv"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"csv": "x", "target": "50%"})").find("target"),
            std::string::npos);
  EXPECT_NE(refusal_of(R"({"rows": [1]})").find("rows"), std::string::npos);
  EXPECT_NE(refusal_of(R"({"rows": [{"a": {}}]})").find("row 1, a"),
            std::string::npos);
  EXPECT_NE(
    refusal_of(R"({"csv": "x", "options": {"quality": 5}})").find("quality"),
    std::string::npos);
}

} // namespace
} // namespace pixmill::http
