#include "cli/verbs.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "cli/exit_code.hpp"
#include "tests/cli/fake_service.hpp"

namespace pixmill::cli {
namespace {

class Verbs : public testing::Test {
protected:
  int call(std::vector<std::string> arguments) {
    out_.str({});
    err_.str({});
    return main_with(std::move(arguments), "/nonexistent/pixmill",
                     {.out = out_, .err = err_});
  }

  std::string out() const {
    return out_.str();
  }

  std::string err() const {
    return err_.str();
  }

  fake_service fake;

private:
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Verbs, PrintHelpForNone) {
  EXPECT_EQ(call({}), exit_ok);
  EXPECT_NE(out().find("Usage: pixmill"), std::string::npos);
  EXPECT_EQ(err(), "");
}

TEST_F(Verbs, ComplainOnStandardErrorAlone) {
  EXPECT_EQ(call({"rnu"}), exit_usage);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(err().rfind("pixmill: \"rnu\" is not a verb", 0), 0u) << err();
}

TEST_F(Verbs, RefuseABadSetting) {
  EXPECT_EQ(call({"config", "show", "--set", "fetch.per-origin=0"}),
            exit_usage);
  EXPECT_EQ(err(), "pixmill: --set: [fetch] per-origin = 0: must be a whole "
                   "number from 1 to 256\n");
}

TEST_F(Verbs, ShowSettings) {
  EXPECT_EQ(call({"config", "show", "--set", "fetch.per-origin=9"}), exit_ok);
  EXPECT_NE(out().find("--set"), std::string::npos);
}

TEST_F(Verbs, TellVersions) {
  EXPECT_EQ(call({"version"}), exit_ok);
  EXPECT_EQ(out().rfind("pixmill " PIXMILL_VERSION, 0), 0u);
  EXPECT_NE(out().find("CAF 0.17"), std::string::npos);
}

TEST_F(Verbs, TalkToTheServerOfTheFlag) {
  EXPECT_EQ(call({"status", "job_1", "--url", "gopher://x"}), exit_usage);
  EXPECT_EQ(err(), "pixmill: --url gopher://x: such as "
                   "https://pixmill.example is wanted\n");
  fake.on("GET /v1/jobs/job_1",
          {{"404 No", R"({"title":"No such job","code":"no-such-job"})"}});
  EXPECT_EQ(call({"status", "job_1", "--url", fake.url()}), exit_usage);
  EXPECT_EQ(err(), "pixmill: No such job (no-such-job)\n");
}

TEST_F(Verbs, FailWhenCodecsCannotBeStarted) {
  EXPECT_EQ(call({"doctor"}), exit_with_failures);
  EXPECT_NE(out().find("fail  codec"), std::string::npos) << out();
}

} // namespace
} // namespace pixmill::cli
