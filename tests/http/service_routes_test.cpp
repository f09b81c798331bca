#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "http/service.hpp"
#include "tests/http/fake_backend.hpp"
#include "tests/http/raw_client.hpp"

namespace pixmill::http {
namespace {

class picture final : public file_source {
public:
  std::uint64_t size() const noexcept override {
    return content.size();
  }

  caf::expected<caf::unit_t> read(std::uint64_t offset,
                                  std::span<char> to) const override {
    content.copy(to.data(), to.size(), static_cast<std::size_t>(offset));
    return caf::unit;
  }

private:
  static constexpr std::string_view content = "picture";
};

/// A head whose job table cannot be had.
class sick_backend : public pixmill::test::fake_backend {
public:
  caf::expected<std::vector<job_record>> jobs() override {
    if (broken)
      throw std::runtime_error{"a bug"};
    return make_error(errc::store, "as asked");
  }
  caf::expected<std::unique_ptr<file_source>> image(std::string_view,
                                                    image_format) override {
    if (!images_reachable)
      return make_error(errc::store_unavailable, "s3.inside: timed out");
    return std::unique_ptr<file_source>{std::make_unique<picture>()};
  }

  bool broken = false;
  bool images_reachable = true;
};

class ServiceRoutes : public testing::Test {
protected:
  ServiceRoutes() {
    service_settings settings;
    settings.port = 0;
    auto started = service::start(head, settings, {});
    EXPECT_TRUE(started);
    if (started)
      server = std::move(*started);
  }

  test::answer ask(const std::string& line, const std::string& fields = {}) {
    const auto url = server->url();
    const auto port = std::stoi(url.substr(url.rfind(':') + 1));
    return test::raw_client{static_cast<std::uint16_t>(port)}.ask(
      line + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
  }

  sick_backend head;
  std::unique_ptr<service> server;
};

const std::string file = "GET /v1/files/" + std::string(64, 'a') + "/x.jpg";

TEST_F(ServiceRoutes, SaysWhenItIsNotReady) {
  const auto answer = ask("GET /readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find(R"("code":"unavailable")"), std::string::npos);
  EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
  EXPECT_EQ(ask("GET /healthz").status, 200);
}

TEST_F(ServiceRoutes, AnswersABug) {
  head.broken = true;
  const auto answer = ask("GET /readyz");
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find(R"("code":"internal")"), std::string::npos);
  EXPECT_EQ(answer.body.find("a bug"), std::string::npos);
}

TEST_F(ServiceRoutes, CutRangesOutOfFilesOnly) {
  const auto part = ask(file, "Range: bytes=1-3\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, "ict");
  const auto missing = ask("GET /v1/files/none/x.jpg", "Range: bytes=0-1\r\n");
  EXPECT_EQ(missing.status, 404);
  EXPECT_NE(missing.body.find(R"("code":"no-such-route")"), std::string::npos);
}

TEST_F(ServiceRoutes, SayThatARangeLiesOutsideAFile) {
  const auto outside = ask(file, "Range: bytes=7-\r\n");
  EXPECT_EQ(outside.status, 416);
  EXPECT_NE(outside.head.find("Content-Range: bytes */7"), std::string::npos);
  EXPECT_NE(outside.body.find(R"("code":"range-not-satisfiable")"),
            std::string::npos);
  EXPECT_EQ(ask(file, "Range: bytes=-2\r\n").body, "re");
}

TEST_F(ServiceRoutes, AreNotSureThatAFileIsGoneWhileTheStoreIs) {
  head.images_reachable = false;
  const auto answer = ask(file);
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
  EXPECT_NE(answer.body.find(R"("code":"unavailable")"), std::string::npos);
  EXPECT_EQ(answer.body.find("s3.inside"), std::string::npos);
}

} // namespace
} // namespace pixmill::http
