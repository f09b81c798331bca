#include "http/gate_refusal.hpp"

#include <gtest/gtest.h>

namespace pixmill::http {
namespace {

using namespace std::chrono_literals;

TEST(GateRefusal, IsAProblemDocument) {
  EXPECT_EQ(
    problem_answer({411, "length-required", "Say how long."}, 1s),
    "HTTP/1.1 411 Length Required\r\n"
    "Content-Type: application/problem+json\r\nConnection: close\r\n"
    "Content-Length: 125\r\n\r\n"
    R"({"type":"/problems/length-required","title":"Length Required",)"
    R"("status":411,"code":"length-required","detail":"Say how long."})");
}

TEST(GateRefusal, SaysWhenToComeBackIfItIsBusy) {
  const auto answer = problem_answer({503, "overloaded", "Busy."}, 7s);
  EXPECT_NE(answer.find("\r\nRetry-After: 7\r\n"), std::string::npos);
}

} // namespace
} // namespace pixmill::http
