#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "http/backend.hpp"
#include "model/errc.hpp"
#include "tests/http/fake_introspection.hpp"

namespace pixmill::test {

/// A head in memory: it accepts what the sheet rules accept, and runs nothing.
class fake_backend : public http::backend {
public:
  caf::expected<caf::unit_t> put_chunk(const std::string& job, std::uint32_t,
                                       std::string bytes) override {
    if (full)
      return make_error(errc::disk_full, "as asked");
    ++chunks;
    sheets[job] += bytes;
    return caf::unit;
  }

  caf::expected<sheet_summary> check(const std::string& job,
                                     const job_options& options) override {
    auto reader = validator(options);
    reader.feed(sheets[job]);
    return reader.finish();
  }

  sheet_validator validator(const job_options& options) override {
    sheet_rules rules;
    rules.columns = options.columns;
    rules.assume_https = options.assume_https;
    return sheet_validator{rules};
  }

  caf::error room(const std::string& tenant) override {
    std::uint32_t of_tenant = 0;
    for (const auto& one : accepted)
      of_tenant += one.tenant == tenant ? 1 : 0;
    if (accepted.size() >= most_jobs)
      return make_error(errc::queue_full, "as asked");
    if (of_tenant >= most_of_tenant)
      return make_error(errc::tenant_queue_full, "as asked");
    return {};
  }

  caf::expected<actors::job_status> accept(job_record job,
                                           std::string csv) override {
    if (before_accept)
      before_accept();
    if (full)
      return make_error(errc::disk_full, "as asked");
    if (auto no_room = room(job.tenant))
      return no_room;
    if (!csv.empty())
      sheets[job.id] = std::move(csv);
    accepted.push_back(job);
    return status_of(std::move(job));
  }

  caf::expected<caf::unit_t> erase(const std::string& job) override {
    sheets.erase(job);
    return caf::unit;
  }

  caf::expected<actors::job_status> status(const std::string& job) override {
    for (const auto& one : accepted)
      if (one.id == job)
        return status_of(one);
    return make_error(errc::no_such_job, job);
  }

  caf::expected<actors::job_status>
  command(actors::job_command command) override {
    return status(command.job);
  }

  caf::expected<std::vector<job_record>> jobs() override {
    return accepted;
  }

  caf::expected<std::optional<job_record>>
  same_work(const std::string& fingerprint) override {
    for (const auto& one : accepted)
      if (one.fingerprint == fingerprint)
        return std::optional{one};
    return std::optional<job_record>{};
  }

  caf::expected<std::optional<job_record>>
  submitted_as(const std::string& tenant, const std::string& key) override {
    for (auto one = accepted.rbegin(); one != accepted.rend(); ++one)
      if (one->tenant == tenant && one->submission_key == key)
        return std::optional{*one};
    return std::optional<job_record>{};
  }

  caf::expected<std::vector<api_token>> tokens() override {
    return stored_tokens;
  }

  caf::expected<caf::unit_t> add_token(api_token token) override {
    if (full)
      return make_error(errc::disk_full, "as asked");
    stored_tokens.push_back(std::move(token));
    return caf::unit;
  }

  caf::expected<bool> revoke_token(const std::string& id) override {
    if (full)
      return make_error(errc::disk_full, "as asked");
    return std::erase_if(stored_tokens,
                         [&](const auto& x) { return x.id == id; })
           > 0;
  }

  std::unique_ptr<http::text_source> results(const job_record&,
                                             http::result_style) override {
    return nullptr;
  }

  caf::expected<item_page> items(const actors::job_status&, const item_filter&,
                                 slot_id, std::size_t) override {
    return item_page{.items = known_items, .next = {}};
  }

  caf::expected<row_page> rows(const actors::job_status&, std::uint32_t,
                               std::size_t) override {
    return row_page{};
  }

  caf::expected<std::vector<http::settled_item>>
  settled_since(const std::string&, std::uint64_t, std::size_t) override {
    return std::vector<http::settled_item>{};
  }

  std::unique_ptr<http::job_watch> watch(const std::string&) override {
    return nullptr;
  }

  caf::expected<std::vector<delivery>>
  deliveries(const std::string& job) override {
    std::vector<delivery> out;
    for (const auto& one : events)
      if (one.job.id == job)
        out.push_back(one);
    return out;
  }

  caf::expected<delivery> delivery_of(const std::string& event) override {
    for (const auto& one : events)
      if (one.id == event)
        return one;
    return make_error(errc::no_such_delivery, event);
  }

  caf::expected<delivery> replay(const std::string& event) override {
    return delivery_of(event);
  }

  caf::expected<actors::webhook_ping> ping(const std::string&) override {
    return actors::webhook_ping{};
  }

  caf::expected<http::source_picture> source(const std::string& url) override {
    if (!source_refused.empty())
      return make_error(errc::rate_limited, source_refused);
    asked_source = url;
    return fetched_source;
  }

  http::introspection& inside() override {
    return cluster;
  }

  caf::expected<std::unique_ptr<http::file_source>>
  image(std::string_view, image_format) override {
    return make_error(errc::store, "there is none");
  }

  static actors::job_status status_of(job_record job) {
    const auto slots = job.totals.slots;
    return {
      .record = std::move(job), .counters = {}, .active = 0, .pending = slots};
  }

  bool full = false;
  std::function<void()> before_accept; ///< Holds a submission up.
  std::vector<item> known_items;       ///< The items of every job.
  http::source_picture fetched_source;
  std::string source_refused;
  std::string asked_source;
  std::size_t most_jobs = 1'000;
  std::uint32_t most_of_tenant = 1'000;
  int chunks = 0;
  std::map<std::string, std::string> sheets;
  std::vector<job_record> accepted;
  std::vector<api_token> stored_tokens;
  std::vector<delivery> events;
  fake_introspection cluster;
};

} // namespace pixmill::test
