#include "persistence/result_export.hpp"

#include <utility>
#include <variant>

#include "persistence/row_walk.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t step_bytes = 64 << 10;

} // namespace

class result_export::impl {
public:
  impl(const journal_store& journal, const job_record& job, sheet_rules rules,
       export_kind kind, results_style style, journal_snapshot as_of)
      : walk_{journal, job, std::move(rules), std::move(as_of)}, kind_{kind},
        style_{std::move(style)} {
    // nop
  }

  caf::expected<bool> next(std::string& out);

private:
  void start(std::string& out);
  void write(std::string& out);

  row_walk walk_;
  export_kind kind_;
  results_style style_;
  std::variant<std::monostate, results_csv, failed_csv> writer_;
  bool started_ = false;
};

void result_export::impl::start(std::string& out) {
  if (std::exchange(started_, true))
    return;
  if (kind_ == export_kind::results_csv)
    writer_.emplace<results_csv>(walk_.header(), style_).write_header(out);
  else if (kind_ == export_kind::failed_csv)
    writer_.emplace<failed_csv>(walk_.header()).write_header(out);
}

void result_export::impl::write(std::string& out) {
  if (const auto* results = std::get_if<results_csv>(&writer_))
    results->write_row(walk_.row(), walk_.outcomes(), out);
  else if (const auto* failed = std::get_if<failed_csv>(&writer_))
    failed->write_row(walk_.row(), walk_.outcomes(), out);
  else
    write_jsonl(walk_.row(), walk_.outcomes(), style_, walk_.header(), out);
}

caf::expected<bool> result_export::impl::next(std::string& out) {
  const auto enough = out.size() + step_bytes;
  while (out.size() < enough) {
    const auto more = walk_.next();
    if (!more)
      return more;
    start(out);
    if (!*more)
      return false;
    write(out);
  }
  return true;
}

result_export::result_export(const journal_store& journal,
                             const job_record& job, sheet_rules rules,
                             export_kind kind, results_style style,
                             journal_snapshot as_of)
    : impl_{std::make_unique<impl>(journal, job, std::move(rules), kind,
                                   std::move(style), std::move(as_of))} {
  // nop
}

result_export::~result_export() = default;

caf::expected<bool> result_export::next(std::string& out) {
  return impl_->next(out);
}

} // namespace pixmill::persistence
