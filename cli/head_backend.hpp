#pragma once

#include <atomic>
#include <utility>
#include <vector>

#include "actors/head.hpp"
#include "cli/head_introspection.hpp"
#include "http/backend.hpp"
#include "model/task_permit.hpp"

namespace pixmill::persistence {
struct slots_in_hand;
} // namespace pixmill::persistence

namespace pixmill::cli {

/// A head as the HTTP routes see it.
class head_backend final : public http::backend {
public:
  /// @param head     Outlives it.
  /// @param permits  Of workers that hand results in; empty: nobody does.
  /// @param settings In force, for whoever looks at them.
  explicit head_backend(actors::head& head,
                        std::shared_ptr<const task_permits> permits = {},
                        std::vector<http::setting_view> settings = {})
      : head_{head}, permits_{std::move(permits)}, inside_{head, std::move(
                                                                   settings)} {}

  caf::expected<caf::unit_t> put_chunk(const std::string& job,
                                       std::uint32_t index,
                                       std::string bytes) override;
  caf::expected<sheet_summary> check(const std::string& job,
                                     const job_options& options) override;
  sheet_validator validator(const job_options& options) override;
  caf::error room(const std::string& tenant) override;
  caf::expected<actors::job_status> accept(job_record job,
                                           std::string csv) override;
  caf::expected<caf::unit_t> erase(const std::string& job) override;
  caf::expected<actors::job_status> status(const std::string& job) override;
  caf::expected<actors::job_status>
  command(actors::job_command command) override;
  caf::expected<std::optional<std::string>>
  owner_of_erased(const std::string& job) override;
  void add_metrics(telemetry::metric_page& page) override;
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
  caf::expected<item_page> items(const actors::job_status& job,
                                 const item_filter& filter, slot_id first,
                                 std::size_t limit) override;
  caf::expected<row_page> rows(const actors::job_status& job,
                               std::uint32_t first, std::size_t limit) override;
  caf::expected<std::vector<http::settled_item>>
  settled_since(const std::string& job, std::uint64_t position,
                std::size_t limit) override;
  std::unique_ptr<http::job_watch> watch(const std::string& job) override;
  caf::expected<std::vector<delivery>>
  deliveries(const std::string& job) override;
  caf::expected<delivery> delivery_of(const std::string& event) override;
  caf::expected<delivery> replay(const std::string& event) override;
  caf::expected<actors::webhook_ping> ping(const std::string& url) override;
  caf::expected<http::source_picture> source(const std::string& url) override;
  caf::expected<std::vector<actors::node_status>> nodes() override;
  caf::expected<actors::node_status>
  command(const actors::node_command& command) override;
  bool permits(std::string_view permit) override;
  caf::expected<std::string> put_image(std::string_view bytes,
                                       image_format format) override;
  http::introspection& inside() override {
    return inside_;
  }
  caf::expected<std::unique_ptr<http::file_source>>
  image(std::string_view sha256, image_format format) override;

  /// Makes the body of an event, for `head::notify_with`. Asks nothing of the
  /// actors.
  /// @param public_url What links start with.
  caf::expected<std::string> webhook_body(const delivery& event,
                                          const std::string& public_url,
                                          std::size_t most_row_bytes);

private:
  void add_node_metrics(telemetry::metric_page& page);
  caf::expected<caf::unit_t> store_marks(const std::string& job,
                                         const std::vector<sheet_mark>& marks);
  caf::expected<persistence::slots_in_hand>
  in_hand(const actors::job_status& job, slot_id first);

  actors::head& head_;
  std::atomic<int> sources_{0}; ///< Being fetched for somebody now.
  std::shared_ptr<const task_permits> permits_;
  head_introspection inside_;
};

} // namespace pixmill::cli
