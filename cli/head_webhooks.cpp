#include "cli/head_backend.hpp"
#include "http/webhook_body.hpp"
#include "persistence/journal_store.hpp"

namespace pixmill::cli {

caf::expected<std::vector<delivery>>
head_backend::deliveries(const std::string& job) {
  return head_.journal().events().of_job(job);
}

caf::expected<delivery> head_backend::delivery_of(const std::string& event) {
  return head_.journal().events().find(event);
}

caf::expected<delivery> head_backend::replay(const std::string& event) {
  return head_.replay(event);
}

caf::expected<actors::webhook_ping> head_backend::ping(const std::string& url) {
  return head_.ping(url);
}

caf::expected<std::string>
head_backend::webhook_body(const delivery& event, const std::string& public_url,
                           std::size_t most_row_bytes) {
  const auto base = public_url.substr(0, public_url.find_last_not_of('/') + 1);
  std::unique_ptr<http::text_source> rows;
  if (event.job.options.webhook_full) {
    const auto job = head_.journal().job(event.job.id);
    if (!job)
      return job.error();
    // A retry forgets outcomes: there are no rows of then any more.
    if (job->attempt == event.job.attempt)
      rows = results(event.job, {.kind = http::result_kind::jsonl,
                                 .full = true,
                                 .csv_safe = false,
                                 .base_url = base});
  }
  return http::webhook_body(event, rows.get(), most_row_bytes, base);
}

} // namespace pixmill::cli
