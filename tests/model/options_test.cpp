#include "model/options.hpp"

#include <gmock/gmock.h>

namespace pixmill {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

job_options parsed(std::string_view json) {
  auto options = parse_job_options(json);
  EXPECT_TRUE(options) << json << ": " << context_of(options.error());
  return options ? *options : job_options{};
}

std::string complaint(std::string_view json) {
  const auto options = parse_job_options(json);
  if (options)
    return "accepted";
  EXPECT_EQ(code_of(options.error(), errc::none), errc::option_invalid);
  return context_of(options.error());
}

TEST(JobOptions, AreTheDefaultsWhenNoneIsNamed) {
  EXPECT_EQ(parsed("{}"), job_options{});
}

TEST(JobOptions, AreReadAsTheContractWritesThem) {
  const auto options = parsed(R"({
    "name": "spring", "on_invalid": "skip", "target": {"bytes": "50%"},
    "floor": {"ssim": 0.95}, "format": "auto", "max_edge": 1600,
    "columns": {"serial": "Nr", "name": "Titel", "urls": "Bilder"},
    "assume_https": true, "max_failure_ratio": 0.05, "deadline": "30m",
    "priority": -10,
    "webhook": {"url": "https://shop.example/hook", "payload": "full"}})");
  EXPECT_EQ(options.name, "spring");
  EXPECT_EQ(options.on_invalid, invalid_policy::skip);
  EXPECT_EQ(options.goal.target, target_kind::ratio);
  EXPECT_EQ(options.goal.value, 500'000u);
  EXPECT_EQ(options.goal.floor_ssim_ppm, 950'000u);
  EXPECT_EQ(options.goal.format, format_choice::automatic);
  EXPECT_EQ(options.goal.max_edge, 1600u);
  EXPECT_EQ(options.columns, (column_names{"Nr", "Titel", "Bilder"}));
  EXPECT_TRUE(options.assume_https);
  EXPECT_EQ(options.max_failure_ppm, 50'000u);
  EXPECT_EQ(options.deadline, 30min);
  EXPECT_EQ(options.priority, -10);
  EXPECT_EQ(options.webhook_url, "https://shop.example/hook");
  EXPECT_TRUE(options.webhook_full);
}

TEST(JobOptions, TakeEachFormOfTarget) {
  const auto goal = [](std::string_view json) { return parsed(json).goal; };
  EXPECT_EQ(goal(R"({"target":{"bytes":120000}})").target, target_kind::bytes);
  EXPECT_EQ(goal(R"({"target":{"bytes":120000}})").value, 120'000u);
  EXPECT_EQ(goal(R"({"target":{"quality":50}})").target, target_kind::quality);
  EXPECT_EQ(goal(R"({"target":{"quality":50}})").value, 50u);
  EXPECT_EQ(goal(R"({"target":{"scale":"50%"}})").target, target_kind::scale);
  EXPECT_EQ(goal(R"({"target":{"scale":"50%"}})").value, 500'000u);
}

TEST(JobOptions, KeepTheRestOfTheGoalWhateverTheOrder) {
  const auto options = parsed(
    R"({"format":"webp","max_edge":9,"target":{"quality":7},
        "floor":{"ssim":1}})");
  EXPECT_EQ(options.goal, (compress_goal{target_kind::quality, 7, 1'000'000,
                                         format_choice::webp, 9}));
}

TEST(JobOptions, TakeADeadlineInSecondsOrWithAUnit) {
  EXPECT_EQ(parsed(R"({"deadline":90})").deadline, 90s);
  EXPECT_EQ(parsed(R"({"deadline":"2h"})").deadline, 2h);
  EXPECT_EQ(parsed(R"({"deadline":0})").deadline, 0s);
}

TEST(JobOptions, NameTheOptionThatIsUnknown) {
  EXPECT_THAT(complaint(R"({"qualtiy":50})"),
              AllOf(StartsWith("qualtiy: "), HasSubstr("target")));
  EXPECT_THAT(complaint(R"({"columns":{"url":"x"}})"),
              StartsWith("columns.url: "));
  EXPECT_THAT(complaint(R"({"webhook":{"url":"http://x","secret":"s"}})"),
              StartsWith("webhook.secret: "));
}

TEST(JobOptions, NameTheOptionOfAWrongTypeOrRange) {
  const std::pair<const char*, const char*> cases[]{
    {"name", R"({"name":5})"},
    {"on_invalid", R"({"on_invalid":"ignore"})"},
    {"target", R"({"target":"50%"})"},
    {"target", R"({"target":{}})"},
    {"target", R"({"target":{"bytes":"50%","quality":5}})"},
    {"target", R"({"target":{"bytes":"0%"}})"},
    {"target", R"({"target":{"bytes":"101%"}})"},
    {"target", R"({"target":{"bytes":0.5}})"},
    {"target", R"({"target":{"bytes":-1}})"},
    {"target", R"({"target":{"bytes":true}})"},
    {"target", R"({"target":{"quality":0}})"},
    {"target", R"({"target":{"quality":101}})"},
    {"target", R"({"target":{"quality":"50"}})"},
    {"target", R"({"target":{"scale":50}})"},
    {"target", R"({"target":{"ssim":0.9}})"},
    {"floor", R"({"floor":0.95})"},
    {"floor", R"({"floor":{"psnr":40}})"},
    {"floor.ssim", R"({"floor":{"ssim":1.01}})"},
    {"floor.ssim", R"({"floor":{"ssim":"0.9"}})"},
    {"format", R"({"format":"gif"})"},
    {"format", R"({"format":null})"},
    {"max_edge", R"({"max_edge":65536})"},
    {"max_edge", R"({"max_edge":-1})"},
    {"max_edge", R"({"max_edge":10.5})"},
    {"max_edge", R"({"max_edge":18446744073709551615})"},
    {"columns", R"({"columns":["a"]})"},
    {"columns.name", R"({"columns":{"name":1}})"},
    {"assume_https", R"({"assume_https":1})"},
    {"max_failure_ratio", R"({"max_failure_ratio":1.5})"},
    {"max_failure_ratio", R"({"max_failure_ratio":"5%"})"},
    {"deadline", R"({"deadline":-1})"},
    {"deadline", R"({"deadline":"soon"})"},
    {"deadline", R"({"deadline":"31d"})"},
    {"priority", R"({"priority":11})"},
    {"priority", R"({"priority":"high"})"},
    {"webhook", R"({"webhook":"http://x"})"},
    {"webhook", R"({"webhook":{"payload":"full"}})"},
    {"webhook.url", R"({"webhook":{"url":"ftp://x"}})"},
    {"webhook.url", R"({"webhook":{"url":"http://x/ y"}})"},
    {"webhook.payload", R"({"webhook":{"url":"http://x","payload":"fat"}})"},
  };
  for (const auto& [option, json] : cases)
    EXPECT_THAT(complaint(json), StartsWith(std::string{option} + ": must be"))
      << json;
}

TEST(JobOptions, SayWhatTheyGot) {
  EXPECT_THAT(complaint(R"({"priority":11})"),
              AllOf(HasSubstr("-10 to 10"), HasSubstr("not 11")));
}

TEST(JobOptions, RefuseWhatIsNoObject) {
  for (const auto* json : {"", "[]", "5", "null", "{", "{\"name\":\"\xff\"}"})
    EXPECT_THAT(complaint(json), StartsWith("options: ")) << json;
  EXPECT_THAT(complaint(std::string(70'000, ' ')), HasSubstr("64 KiB"));
}

TEST(JobOptions, AreWrittenAsTheyAreRead) {
  for (const auto* json :
       {"{}", R"({"target":{"bytes":7}})", R"({"target":{"scale":"0.5%"}})",
        R"({"floor":{"ssim":0.987654},"max_failure_ratio":0.000001})",
        R"({"columns":{"urls":"Bilder"},"deadline":"1d","name":"\u00e4\n"})",
        R"({"webhook":{"url":"https://x/y"},"priority":-3})"}) {
    const auto options = parsed(json);
    EXPECT_EQ(parsed(to_json(options)), options) << json;
  }
}

TEST(JobOptions, GiveTheSameTextForTheSameValue) {
  EXPECT_EQ(to_json(parsed(R"({"priority":1,"name":"x"})")),
            to_json(parsed(R"({"name":"x","priority":1})")));
}

TEST(JobFingerprint, CountsTheCsvAndWhatChangesASlot) {
  const auto plain = job_fingerprint("aa", {});
  EXPECT_EQ(plain, job_fingerprint("aa", {}));
  EXPECT_NE(plain, job_fingerprint("ab", {}));
  EXPECT_NE(plain, job_fingerprint("aa", parsed(R"({"format":"webp"})")));
  EXPECT_NE(plain, job_fingerprint("aa", parsed(R"({"assume_https":true})")));
  EXPECT_NE(plain,
            job_fingerprint("aa", parsed(R"({"columns":{"urls":"x"}})")));
}

TEST(JobFingerprint, DoesNotCountWhatLeavesTheSlotsAlone) {
  EXPECT_EQ(job_fingerprint("aa", {}), job_fingerprint("aa", parsed(R"({
    "name": "x", "priority": 3, "deadline": 5, "max_failure_ratio": 0.5,
    "webhook": {"url": "http://x"}})")));
}

} // namespace
} // namespace pixmill
