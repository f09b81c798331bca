#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <caf/expected.hpp>

#include "cli/progress.hpp"
#include "model/sheet.hpp"

/// What the answers of a Pixmill server say. Members that are missing or of
/// another type count as not said.
namespace pixmill::cli {

/// One job, as status, list and submission tell of it.
struct job_answer {
  job_figures figures;
  std::string name;
  std::uint64_t attempt = 0;
  std::uint64_t active = 0;
  std::uint64_t pending = 0;
  double images_per_s = 0;
  std::string waiting_for{}; ///< Empty: nothing keeps it from going on.
  std::string created_at;    ///< RFC 3339, as the others; empty: not yet.
  std::string started_at;
  std::string finished_at;
  sheet_summary sheet; ///< Warnings, with a submission.
};

/// @retval errc::connect Not a job: no Pixmill answers there.
caf::expected<job_answer> read_job(std::string_view json);

/// One page of a list of jobs.
struct job_page {
  std::vector<job_answer> jobs;
  std::string next_cursor; ///< Empty: this is the last page.
};

/// @retval errc::connect Not a list of jobs.
caf::expected<job_page> read_job_page(std::string_view json);

/// One event on its way to a webhook.
struct delivery_answer {
  std::string id;
  std::string type;
  std::string state;
  std::uint64_t attempts = 0;
  std::string last_result; ///< Of the last attempt: a code, or the status.
  std::string created_at;
  std::string next_attempt_at; ///< Empty: none is planned.
};

/// One page of a job's events.
struct delivery_page {
  std::vector<delivery_answer> events;
  std::string next_cursor; ///< Empty: this is the last page.
};

/// @retval errc::connect Not a list of events.
caf::expected<delivery_page> read_deliveries(std::string_view json);

/// What a receiver made of a test.
struct webhook_test_answer {
  bool delivered = false;
  std::string why; ///< `http_500: HTTP 500`; empty when it was delivered.
};

/// @retval errc::connect Not the answer to a test.
caf::expected<webhook_test_answer> read_webhook_test(std::string_view json);

/// Why a server did not do what it was asked.
/// @see RFC 9457
struct problem {
  std::string title; ///< Never empty.
  std::string detail;
  std::string code;    ///< Such as `not-finished`.
  sheet_summary sheet; ///< Errors and warnings of a refused sheet.

  /// Returns `TITLE: DETAIL (CODE)`.
  std::string line() const;
};

/// @param json   Any text at all; what is no problem has `HTTP status` for a
///               title.
problem read_problem(std::string_view json, int status);

/// Returns whether `text` is one JSON value. Such a text holds no bytes that
/// steer a terminal, but for those of U+0080 to U+009F.
bool is_json(std::string_view text);

} // namespace pixmill::cli
