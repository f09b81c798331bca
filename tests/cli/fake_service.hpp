#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/net/loopback_server.hpp"

namespace pixmill::cli {

/// A Pixmill server that says what a test tells it and keeps what it was asked.
class fake_service {
public:
  struct reply {
    std::string status; ///< `200 OK`; empty: the connection is cut.
    std::string body{};
    std::string fields{}; ///< Header lines with their ends.
    bool cut = false;     ///< Whether the body ends before its length.
  };

  struct request {
    std::string line; ///< `GET /v1/jobs/job_1`
    std::string head;
    std::string body;
  };

  /// Answers requests of this line one after another; the last reply stays.
  void on(const std::string& line, std::vector<reply> replies);

  /// Returns the URL without a path.
  std::string url() const {
    return server_.url("");
  }

  std::vector<request> requests();

  /// Returns the lines of all requests.
  std::vector<std::string> lines();

private:
  void answer(net::test::connection& to, const std::string& head);
  reply next_reply(request asked);

  std::mutex mutex_;
  std::map<std::string, std::deque<reply>> replies_; // guarded by mutex_
  std::vector<request> requests_;                    // guarded by mutex_
  net::test::loopback_server server_{
    [this](net::test::connection& to, const std::string&,
           const std::string& head) { answer(to, head); }};
};

} // namespace pixmill::cli
