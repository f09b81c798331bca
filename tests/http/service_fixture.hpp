#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "http/service.hpp"
#include "tests/http/fake_backend.hpp"

namespace pixmill::http::test {

using pixmill::test::fake_backend;

/// The whole service over a head in memory, and clients of it. `settings`,
/// `gate` and `head` are changed before `start`.
class Service : public testing::Test {
protected:
  static constexpr const char* sheet =
    "S. No.,Product Name,Input Image Urls\n1,Mug,http://a/x.jpg\n";

  /// What came of a request; status 0: no answer.
  struct answer {
    int status = 0;
    httplib::Headers fields;
    std::string body;

    nlohmann::json json() const {
      return nlohmann::json::parse(body, nullptr, false);
    }
    /// Returns the code of a problem; else its status.
    std::string code() const {
      const auto parsed = json();
      return parsed.is_object() && parsed.contains("code")
               ? parsed.at("code").get<std::string>()
               : std::to_string(status);
    }
    std::string field(const std::string& name) const {
      const auto found = fields.find(name);
      return found == fields.end() ? std::string{} : found->second;
    }
  };

  void start() {
    settings.port = 0;
    gate.spool_directory = testing::TempDir();
    auto started = service::start(head, settings, gate);
    ASSERT_TRUE(started);
    subject = std::move(*started);
  }

  /// Makes a token that is there from the start, or, later, by its route.
  /// @returns Its secret.
  std::string token(std::string_view scopes, std::string tenant = {}) {
    auto drawn = draw_token({.scopes = scope_set::parse(scopes).value(),
                             .tenant = std::move(tenant)},
                            unix_now())
                   .value();
    head.stored_tokens.push_back(drawn.token);
    return drawn.secret;
  }

  answer ask(const std::string& method, const std::string& path,
             const std::string& secret = {}, std::string body = {},
             httplib::Headers fields = {}) const {
    httplib::Client client{subject->url()};
    httplib::Request request;
    request.method = method;
    request.path = path;
    request.headers = std::move(fields);
    if (!secret.empty())
      request.headers.emplace("Authorization", "Bearer " + secret);
    request.body = std::move(body);
    const auto got = client.send(request);
    return got ? answer{got->status, got->headers, got->body} : answer{};
  }

  answer submit(const std::string& secret, httplib::Headers fields = {},
                const std::string& text = sheet) const {
    fields.emplace("Content-Type", "text/csv");
    return ask("POST", "/v1/jobs", secret, text, std::move(fields));
  }

  fake_backend head;
  service_settings settings;
  gate_settings gate;
  std::unique_ptr<service> subject;
};

} // namespace pixmill::http::test
