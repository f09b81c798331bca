#include "persistence/results_archive.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include "persistence/archive_names.hpp"
#include "persistence/result_export.hpp"
#include "persistence/row_walk.hpp"
#include "persistence/zip_writer.hpp"

namespace pixmill::persistence {
namespace {

constexpr std::size_t step_bytes = 64 << 10;

// ZIP knows no time before 1980.
constexpr std::int64_t earliest_s = 315'532'800;

std::int64_t time_of(const job_record& job) {
  constexpr std::int64_t second_ms = 1'000;
  return std::max(earliest_s,
                  std::max(job.finished_at, job.created_at) / second_ms);
}

} // namespace

class results_archive::impl {
public:
  impl(const journal_store& journal, const object_store& images,
       const job_record& job, const sheet_rules& rules, results_style style)
      : images_{images}, time_s_{time_of(job)}, as_of_{journal.snapshot()},
        names_{job.totals.rows}, walk_{journal, job, rules, as_of_} {
    // The list of links asks for the same names in the same order as the walk
    // over the images will.
    style.link = [names = archive_names{job.totals.rows},
                  this](const sheet_row& row, std::size_t slot,
                        const outcome& x) mutable {
      return names.name_of(row.row, slot, product_of(row), x).name;
    };
    links_.emplace(journal, job, rules, export_kind::results_csv,
                   std::move(style), as_of_);
  }

  caf::expected<bool> next(std::string& out) {
    const auto enough = out.size() + step_bytes;
    while (pending_.size() + out.size() < enough) {
      const auto more = step();
      if (!more)
        return more;
      if (!*more) {
        out += std::exchange(pending_, {});
        return false;
      }
    }
    out += std::exchange(pending_, {});
    return true;
  }

private:
  // The name of the product, whichever column it is in: the walk knows once it
  // has read a row, and so does the list of links, which reads the same sheet.
  std::string_view product_of(const sheet_row& row) {
    if (!name_column_)
      name_column_ = column_of_name();
    return *name_column_ < row.cells.size()
             ? std::string_view{row.cells[*name_column_]}
             : std::string_view{};
  }

  std::size_t column_of_name() {
    // Reads the first row; the walk over the images begins with it.
    if (auto begun = walk_.seek(1); !begun)
      return sheet_header::npos;
    return walk_.header().name;
  }

  // Writes a little more; false: that was all.
  caf::expected<bool> step() {
    if (links_)
      return step_links();
    if (file_)
      return step_file();
    if (slot_ < walk_.outcomes().size())
      return begin_image(slot_++);
    const auto more = walk_.next();
    if (!more)
      return more;
    slot_ = 0;
    if (*more)
      return true;
    if (auto done = zip_.finish(); !done)
      return done.error();
    return false;
  }

  caf::expected<bool> step_links() {
    if (!std::exchange(links_begun_, true))
      if (auto begun = zip_.begin_file("results.csv", time_s_, {}); !begun)
        return begun.error();
    std::string text;
    const auto more = links_->next(text);
    if (!more)
      return more;
    if (auto written = zip_.write(text); !written)
      return written.error();
    if (!*more)
      links_.reset();
    return true;
  }

  caf::expected<bool> begin_image(std::size_t slot) {
    const auto& x = walk_.outcomes()[slot];
    if (!x.has_file())
      return true;
    const auto& row = walk_.row();
    const auto named = names_.name_of(row.row, slot, product_of(row), x);
    if (!named.first)
      return true;
    auto file = images_.open(x.sha256, x.format);
    if (!file)
      return std::move(file.error());
    file_ = std::move(*file);
    file_read_ = 0;
    if (auto begun = zip_.begin_file(named.name, time_s_, file_->size());
        !begun)
      return begun.error();
    return true;
  }

  caf::expected<bool> step_file() {
    buffer_.resize(static_cast<std::size_t>(
      std::min<std::uint64_t>(step_bytes, file_->size() - file_read_)));
    if (auto read = file_->read(file_read_, buffer_); !read)
      return read.error();
    file_read_ += buffer_.size();
    if (auto written = zip_.write(buffer_); !written)
      return written.error();
    if (file_read_ == file_->size())
      file_.reset();
    return true;
  }

  const object_store& images_;
  std::int64_t time_s_;
  journal_snapshot as_of_;
  archive_names names_;
  row_walk walk_;
  std::optional<std::size_t> name_column_;
  std::optional<result_export> links_;
  bool links_begun_ = false;
  std::size_t slot_ = 0; ///< The next one of the walk's row.
  std::unique_ptr<object_reader> file_;
  std::uint64_t file_read_ = 0;
  std::string buffer_;
  std::string pending_;
  zip_writer zip_{pending_};
};

results_archive::results_archive(const journal_store& journal,
                                 const object_store& images,
                                 const job_record& job,
                                 const sheet_rules& rules, results_style style)
    : impl_{
      std::make_unique<impl>(journal, images, job, rules, std::move(style))} {
  // nop
}

results_archive::~results_archive() = default;

caf::expected<bool> results_archive::next(std::string& out) {
  return impl_->next(out);
}

} // namespace pixmill::persistence
