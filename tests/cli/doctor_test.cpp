#include "cli/doctor.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"

namespace pixmill::cli {
namespace {

using grade = finding::grade;

const finding well{
  .subject = "cores", .how = grade::ok, .detail = "2", .remedy = {}};
const finding odd{.subject = "file limit",
                  .how = grade::warn,
                  .detail = "64",
                  .remedy = "ulimit -n 640"};
const finding bad{.subject = "journal",
                  .how = grade::fail,
                  .detail = "full",
                  .remedy = "make room"};

class Doctor : public testing::Test {
protected:
  int report(const std::vector<finding>& findings, bool json = false) {
    std::ostringstream err;
    out_.str({});
    return report_findings(findings, json, {.out = out_, .err = err});
  }

  std::string text() const {
    return out_.str();
  }

private:
  std::ostringstream out_;
};

TEST_F(Doctor, SaysWhatToDo) {
  EXPECT_EQ(report({well, odd, bad}), exit_with_failures);
  EXPECT_EQ(text(), "ok    cores       2\n"
                    "warn  file limit  64\n"
                    "                  -> ulimit -n 640\n"
                    "fail  journal     full\n"
                    "                  -> make room\n");
}

TEST_F(Doctor, LivesWithWarnings) {
  EXPECT_EQ(report({well, odd}), exit_ok);
}

TEST_F(Doctor, SpeaksJson) {
  EXPECT_EQ(report({odd}, true), exit_ok);
  const auto list = nlohmann::json::parse(text());
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0]["check"], "file limit");
  EXPECT_EQ(list[0]["result"], "warn");
  EXPECT_EQ(list[0]["remedy"], "ulimit -n 640");
}

} // namespace
} // namespace pixmill::cli
