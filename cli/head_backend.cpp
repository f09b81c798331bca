#include "cli/head_backend.hpp"

#include <utility>

#include "model/results.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_store.hpp"
#include "persistence/result_export.hpp"

namespace pixmill::cli {
namespace {

// A server reads no files of its own for anybody: no local root.
sheet_rules rules_of(const job_options& options) {
  sheet_rules rules;
  rules.columns = options.columns;
  rules.assume_https = options.assume_https;
  return rules;
}

persistence::export_kind kind_of(http::result_kind kind) {
  switch (kind) {
  case http::result_kind::results_csv:
    return persistence::export_kind::results_csv;
  case http::result_kind::failed_csv:
    return persistence::export_kind::failed_csv;
  case http::result_kind::jsonl:
    return persistence::export_kind::jsonl;
  }
  return persistence::export_kind::results_csv;
}

std::string file_url(const std::string& base, const outcome& x) {
  return base + "/v1/files/" + x.sha256 + "/" + x.sha256.substr(0, 12) + "."
         + std::string{extension_of(x.format)};
}

class export_source final : public http::text_source {
public:
  export_source(const persistence::journal_store& journal,
                const job_record& job, http::result_style style)
      : export_{journal, job, rules_of(job.options), kind_of(style.kind),
                results_style{
                  .full = style.full,
                  .csv_safe = style.csv_safe,
                  .link = [base = std::move(style.base_url)](
                            const sheet_row&, std::size_t, const outcome& x) {
                    return file_url(base, x);
                  }}} {}

  caf::expected<bool> next(std::string& out) override {
    return export_.next(out);
  }

private:
  persistence::result_export export_;
};

} // namespace

caf::expected<caf::unit_t> head_backend::put_chunk(const std::string& job,
                                                   std::uint32_t index,
                                                   std::string bytes) {
  return head_.put_chunk(
    {.job = job, .index = index, .bytes = std::move(bytes)});
}

caf::expected<sheet_summary> head_backend::check(const std::string& job,
                                                 const job_options& options) {
  sheet_validator validator{rules_of(options)};
  for (std::uint32_t index = 0;; ++index) {
    auto chunk = head_.journal().csv_chunk(job, index);
    if (!chunk)
      return std::move(chunk.error());
    if (chunk->empty())
      return validator.finish();
    validator.feed(*chunk);
  }
}

caf::expected<actors::job_status> head_backend::accept(job_record job) {
  return head_.accept(std::move(job));
}

caf::expected<caf::unit_t> head_backend::erase(const std::string& job) {
  return head_.erase(job);
}

caf::expected<actors::job_status> head_backend::status(const std::string& job) {
  return head_.status(job);
}

caf::expected<actors::job_status>
head_backend::command(actors::job_command command) {
  return head_.command(std::move(command));
}

caf::expected<std::vector<job_record>> head_backend::jobs() {
  return head_.jobs();
}

caf::expected<std::optional<job_record>>
head_backend::same_work(const std::string& fingerprint) {
  return head_.journal().job_by_fingerprint(fingerprint);
}

caf::expected<std::optional<job_record>>
head_backend::submitted_as(const std::string& tenant, const std::string& key) {
  return head_.journal().job_by_submission_key(tenant, key);
}

caf::expected<std::vector<api_token>> head_backend::tokens() {
  return head_.journal().tokens().all();
}

caf::expected<caf::unit_t> head_backend::add_token(api_token token) {
  return head_.add(std::move(token));
}

caf::expected<bool> head_backend::revoke_token(const std::string& id) {
  return head_.revoke(id);
}

std::unique_ptr<http::text_source>
head_backend::results(const job_record& job, http::result_style style) {
  return std::make_unique<export_source>(head_.journal(), job,
                                         std::move(style));
}

caf::expected<std::string> head_backend::image(std::string_view sha256,
                                               image_format format) {
  return head_.images().get(sha256, format);
}

} // namespace pixmill::cli
