#include "cli/head_backend.hpp"

#include <utility>

#include "cli/item_stages.hpp"
#include "http/item_json.hpp"
#include "model/results.hpp"
#include "persistence/item_query.hpp"
#include "persistence/journal_store.hpp"
#include "persistence/object_store.hpp"
#include "persistence/record_codec.hpp"
#include "persistence/result_export.hpp"
#include "persistence/results_archive.hpp"
#include "persistence/sheet_walk.hpp"

namespace pixmill::cli {
namespace {

// Fewer rows than for so many marks are read from the start in no time.
constexpr std::size_t least_marks = 16;

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
  case http::result_kind::zip: // It has a source of its own.
  case http::result_kind::jsonl:
    return persistence::export_kind::jsonl;
  }
  return persistence::export_kind::results_csv;
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
                    return http::file_url(base, x);
                  }}} {}

  caf::expected<bool> next(std::string& out) override {
    return export_.next(out);
  }

private:
  persistence::result_export export_;
};

class archive_source final : public http::text_source {
public:
  archive_source(const persistence::journal_store& journal,
                 const persistence::object_store& images, const job_record& job,
                 const http::result_style& style)
      : archive_{journal, images, job, rules_of(job.options),
                 results_style{.full = style.full,
                               .csv_safe = style.csv_safe,
                               .link = {}}} {}

  caf::expected<bool> next(std::string& out) override {
    return archive_.next(out);
  }

private:
  persistence::results_archive archive_;
};

class stored_file final : public http::file_source {
public:
  explicit stored_file(std::unique_ptr<persistence::object_reader> object)
      : object_{std::move(object)} {}

  std::uint64_t size() const noexcept override {
    return object_->size();
  }

  caf::expected<caf::unit_t> read(std::uint64_t offset,
                                  std::span<char> to) const override {
    return object_->read(offset, to);
  }

private:
  std::unique_ptr<persistence::object_reader> object_;
};

class board_watch final : public http::job_watch {
public:
  board_watch(actors::news_board& board, const std::string& job)
      : follower_{board, job} {}

  bool wait(std::chrono::milliseconds longest) override {
    return follower_.wait(longest);
  }

private:
  actors::news_board::follower follower_;
};

} // namespace

caf::expected<caf::unit_t> head_backend::put_chunk(const std::string& job,
                                                   std::uint32_t index,
                                                   std::string bytes) {
  return head_.put_chunk(
    {.job = job, .index = index, .bytes = std::move(bytes)});
}

caf::expected<caf::unit_t>
head_backend::store_marks(const std::string& job,
                          const std::vector<sheet_mark>& marks) {
  if (marks.size() < least_marks)
    return caf::unit;
  return head_.put_chunk({.job = job,
                          .index = persistence::marks_chunk,
                          .bytes = persistence::encode(marks)});
}

caf::expected<sheet_summary> head_backend::check(const std::string& job,
                                                 const job_options& options) {
  auto reader = validator(options);
  for (std::uint32_t index = 0;; ++index) {
    auto chunk = head_.journal().csv_chunk(job, index);
    if (!chunk)
      return std::move(chunk.error());
    if (chunk->empty())
      break;
    reader.feed(*chunk);
  }
  auto summary = reader.finish();
  if (summary.usable(options.on_invalid))
    if (auto stored = store_marks(job, summary.marks); !stored)
      return stored.error();
  return summary;
}

sheet_validator head_backend::validator(const job_options& options) {
  return sheet_validator{rules_of(options)};
}

caf::error head_backend::room(const std::string& tenant) {
  return head_.room(tenant);
}

caf::expected<actors::job_status> head_backend::accept(job_record job,
                                                       std::string csv) {
  return head_.accept(std::move(job), std::move(csv));
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

caf::expected<std::optional<std::string>>
head_backend::owner_of_erased(const std::string& job) {
  return head_.journal().purge().owner_of_erased(job);
}

void head_backend::add_metrics(telemetry::metric_page& page) {
  head_.add_metrics(page);
  add_node_metrics(page);
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
  if (style.kind == http::result_kind::zip)
    return std::make_unique<archive_source>(head_.journal(), head_.images(),
                                            job, style);
  return std::make_unique<export_source>(head_.journal(), job,
                                         std::move(style));
}

caf::expected<persistence::slots_in_hand>
head_backend::in_hand(const actors::job_status& job, slot_id first) {
  persistence::slots_in_hand out;
  if (is_terminal(job.record.state))
    return out;
  constexpr std::uint32_t most_waiting = 1'024; // More than a page.
  auto open =
    head_.open({.job = job.record.id, .first = first, .limit = most_waiting});
  if (!open)
    return std::move(open.error());
  out.active = std::move(open->active);
  out.waiting = std::move(open->waiting);
  out.more_waiting = out.waiting.size() == most_waiting;
  out.rows_read = open->rows_read;
  if (!out.active.empty())
    out.stage = stages_of(job.record.id);
  return out;
}

caf::expected<item_page> head_backend::items(const actors::job_status& job,
                                             const item_filter& filter,
                                             slot_id first, std::size_t limit) {
  const auto hand = in_hand(job, first);
  if (!hand)
    return hand.error();
  return persistence::read_items(head_.journal(), job.record,
                                 rules_of(job.record.options), filter, *hand,
                                 {.first = first, .limit = limit});
}

caf::expected<row_page> head_backend::rows(const actors::job_status& job,
                                           std::uint32_t first,
                                           std::size_t limit) {
  const auto hand = in_hand(job, {first, 0});
  if (!hand)
    return hand.error();
  return persistence::read_rows(head_.journal(), job.record,
                                rules_of(job.record.options), *hand,
                                {.first = {first, 0}, .limit = limit});
}

caf::expected<std::vector<http::settled_item>>
head_backend::settled_since(const std::string& job, std::uint64_t position,
                            std::size_t limit) {
  const auto& journal = head_.journal();
  const auto settled = journal.trail().since(job, position, limit);
  if (!settled)
    return settled.error();
  std::vector<http::settled_item> out;
  for (const auto& each : *settled) {
    auto found = journal.slot(job, each.slot);
    if (!found)
      return std::move(found.error());
    out.push_back({each.position,
                   {.slot = each.slot,
                    .url = {},
                    .problem = {},
                    .result = *found ? std::move(**found) : outcome{}}});
  }
  return out;
}

std::unique_ptr<http::job_watch> head_backend::watch(const std::string& job) {
  return std::make_unique<board_watch>(head_.news(), job);
}

caf::expected<std::unique_ptr<http::file_source>>
head_backend::image(std::string_view sha256, image_format format) {
  auto opened = head_.images().open(sha256, format);
  if (!opened)
    return std::move(opened.error());
  return std::unique_ptr<http::file_source>{
    std::make_unique<stored_file>(std::move(*opened))};
}

} // namespace pixmill::cli
