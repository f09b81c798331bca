#pragma once

#include "actors/head.hpp"
#include "http/backend.hpp"

namespace pixmill::cli {

/// A head as the HTTP routes see it.
class head_backend final : public http::backend {
public:
  /// @param head Outlives it.
  explicit head_backend(actors::head& head) : head_{head} {}

  caf::expected<caf::unit_t> put_chunk(const std::string& job,
                                       std::uint32_t index,
                                       std::string bytes) override;
  caf::expected<sheet_summary> check(const std::string& job,
                                     const job_options& options) override;
  caf::expected<actors::job_status> accept(job_record job) override;
  caf::expected<caf::unit_t> erase(const std::string& job) override;
  caf::expected<actors::job_status> status(const std::string& job) override;
  caf::expected<actors::job_status>
  command(actors::job_command command) override;
  caf::expected<std::vector<job_record>> jobs() override;
  caf::expected<std::optional<job_record>>
  same_work(const std::string& fingerprint) override;
  caf::expected<std::optional<job_record>>
  submitted_as(const std::string& tenant, const std::string& key) override;
  caf::expected<std::vector<api_token>> tokens() override;
  caf::expected<caf::unit_t> add_token(api_token token) override;
  caf::expected<bool> revoke_token(const std::string& id) override;
  std::unique_ptr<http::text_source> results(const job_record& job,
                                             http::result_style style) override;
  caf::expected<std::string> image(std::string_view sha256,
                                   image_format format) override;

private:
  actors::head& head_;
};

} // namespace pixmill::cli
