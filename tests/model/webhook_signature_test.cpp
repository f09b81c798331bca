#include "model/webhook_signature.hpp"

#include <gtest/gtest.h>

namespace pixmill {
namespace {

using namespace std::chrono_literals;

// The example of the specification's reference libraries.
constexpr auto known_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr auto known_id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr auto known_time = "1614265330";
constexpr auto known_body = R"({"test": 2432232314})";
constexpr auto known_signature =
  "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

webhook_verdict judge(webhook_headers headers, std::int64_t now,
                      const std::string& body = known_body) {
  return judge_webhook({*webhook_secret::parse(known_secret)}, headers, body,
                       now, 5min);
}

TEST(WebhookSignature, IsThatOfTheReference) {
  EXPECT_EQ(
    webhook_secret::parse(known_secret)->sign(known_id, known_time, known_body),
    known_signature);
}

TEST(WebhookSignature, TakesNoOtherSecret) {
  for (const auto* text :
       {"", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_",
        "whsec_c2hvcnQ=", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La=aSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w"})
    EXPECT_FALSE(webhook_secret::parse(text)) << text;
  EXPECT_FALSE(webhook_secret::parse("whsec_" + std::string(200, 'A')));
}

TEST(WebhookSignature, DrawsSecretsThatItTakes) {
  const auto one = webhook_secret::random();
  EXPECT_TRUE(webhook_secret::parse(one.text()));
  EXPECT_NE(one.text(), webhook_secret::random().text());
}

TEST(WebhookSignature, SignsWithEverySecret) {
  const auto old = *webhook_secret::parse(known_secret);
  const auto fresh = webhook_secret::random();
  const auto both =
    sign_with_all({fresh, old}, known_id, known_time, known_body);
  EXPECT_EQ(judge({known_id, known_time, both}, 1614265330),
            webhook_verdict::genuine);
  EXPECT_EQ(judge_webhook({fresh}, {known_id, known_time, both}, known_body,
                          1614265330, 5min),
            webhook_verdict::genuine);
}

TEST(WebhookSignature, SaysWhyAWebhookIsNone) {
  const webhook_headers good{known_id, known_time, known_signature};
  EXPECT_EQ(judge(good, 1614265330 + 300), webhook_verdict::genuine);
  EXPECT_EQ(judge(good, 1614265330 + 301), webhook_verdict::too_old);
  EXPECT_EQ(judge(good, 1614265330 - 301), webhook_verdict::too_new);
  EXPECT_EQ(judge(good, 1614265330, "{}"), webhook_verdict::not_signed);
  EXPECT_EQ(judge({"msg_x", known_time, known_signature}, 1614265330),
            webhook_verdict::not_signed);
  for (const auto& bad : {webhook_headers{"", known_time, known_signature},
                          webhook_headers{known_id, "now", known_signature},
                          webhook_headers{known_id, "-1", known_signature},
                          webhook_headers{known_id, known_time, ""}})
    EXPECT_EQ(judge(bad, 1614265330), webhook_verdict::malformed);
}

} // namespace
} // namespace pixmill
