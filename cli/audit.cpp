#include "cli/audit.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <ostream>
#include <tuple>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/audit_page.hpp"
#include "cli/exit_code.hpp"
#include "imaging/codec_pool.hpp"
#include "net/source_fetcher.hpp"

namespace pixmill::cli {
namespace {

// More rows than a person reads would only make the page slow.
constexpr std::size_t most_lines = 2'000;

// Known first, worst first; then in the order of the rows.
bool worse(const audit_entry& x, const audit_entry& y) {
  const auto rank = [](const audit_entry& entry) {
    const auto ppm = entry.slot.worst_ppm();
    return std::tuple{ppm == 0, ppm, entry.slot.row, entry.slot.slot};
  };
  return rank(x) < rank(y);
}

// Collects results, each source and result once.
class gathering {
public:
  explicit gathering(std::string title) {
    found_.title = std::move(title);
  }

  void take(result_slot slot) {
    ++found_.slots;
    if (slot.output.empty()) {
      if (++found_.failed_total <= most_lines)
        found_.failed.push_back(std::move(slot));
      return;
    }
    found_.missed += slot.error == "target_not_reached";
    found_.bytes_in += slot.bytes_in;
    found_.bytes_out += slot.bytes_out;
    const auto [known, fresh] =
      places_.emplace(std::pair{slot.source, slot.output}, entries_.size());
    if (fresh)
      entries_.push_back({.slot = std::move(slot)});
    else
      ++entries_[known->second].slots;
  }

  // Returns what was found, with the first `limit` to be shown.
  audit_findings finish(std::size_t limit) {
    std::sort(entries_.begin(), entries_.end(), worse);
    found_.results = entries_.size();
    const auto measured = static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const audit_entry& x) {
        return x.slot.worst_ppm() != 0;
      }));
    if (measured > 0) {
      found_.worst_ppm = entries_.front().slot.worst_ppm();
      found_.median_worst_ppm = entries_[measured / 2].slot.worst_ppm();
    }
    const auto shown = std::min(limit, entries_.size());
    found_.others_total = entries_.size() - shown;
    for (auto i = shown; i < std::min(entries_.size(), shown + most_lines); ++i)
      found_.others.push_back(std::move(entries_[i].slot));
    entries_.resize(shown);
    found_.shown = std::move(entries_);
    return std::move(found_);
  }

private:
  audit_findings found_;
  std::vector<audit_entry> entries_;
  std::map<std::pair<std::string, std::string>, std::size_t> places_;
};

caf::error get_pictures(const std::filesystem::path& folder,
                        const config::settings& settings,
                        const std::string& program, audit_findings& found) {
  auto pool = imaging::codec_pool::create(settings.imaging, program);
  if (!pool)
    return std::move(pool.error());
  auto fetcher = net::source_fetcher::create(settings.fetch);
  if (!fetcher)
    return std::move(fetcher.error());
  audit_pictures pictures{folder, **fetcher, **pool};
  for (auto& entry : found.shown) {
    pictures.get(entry.slot.output, entry.after);
    pictures.get(entry.slot.source, entry.before);
  }
  pictures.wait();
  // What no report said can still be seen.
  for (auto& entry : found.shown) {
    if (entry.slot.bytes_in == 0)
      entry.slot.bytes_in = entry.before.bytes;
    if (entry.slot.bytes_out == 0)
      entry.slot.bytes_out = entry.after.bytes;
  }
  return {};
}

void tell(const audit_options& options, const audit_findings& found,
          const terminal& to) {
  const auto unseen = static_cast<std::uint64_t>(std::count_if(
    found.shown.begin(), found.shown.end(), [](const audit_entry& x) {
      return x.before.data_url.empty() || x.after.data_url.empty();
    }));
  if (options.json) {
    const nlohmann::ordered_json all{
      {"page", options.out},
      {"slots", found.slots},
      {"results", found.results},
      {"shown", found.shown.size()},
      {"incomplete", unseen},
      {"without_result", found.failed_total},
      {"target_not_reached", found.missed},
      {"ssim_worst",
       found.worst_ppm == 0
         ? nlohmann::ordered_json{}
         : nlohmann::ordered_json(static_cast<double>(found.worst_ppm) / 1e6)}};
    to.out << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
           << '\n';
    return;
  }
  to.out << printable(options.out) << ": " << found.shown.size() << " of "
         << found.results << " results, worst first";
  if (unseen > 0)
    to.out << "; " << unseen << " of them with a picture missing";
  to.out << '\n';
}

} // namespace

int audit(const audit_options& options, const config::settings& settings,
          const std::string& program, const terminal& to) {
  const std::filesystem::path csv{options.csv};
  gathering all{csv.filename().string()};
  if (const auto reason = read_results(
        options.csv, [&all](result_slot x) { all.take(std::move(x)); })) {
    complain(to, context_of(reason));
    return code_of(reason, errc::csv_invalid) == errc::csv_invalid
             ? exit_invalid_csv
             : exit_usage;
  }
  auto found = all.finish(options.limit);
  if (const auto reason =
        get_pictures(csv.parent_path(), settings, program, found)) {
    complain(to, context_of(reason));
    return exit_job_failed;
  }
  std::ofstream page{options.out, std::ios::binary | std::ios::trunc};
  if (!(page << audit_page(found)) || !page.flush()) {
    complain(to, options.out + ": cannot be written");
    return exit_usage;
  }
  tell(options, found, to);
  return exit_ok;
}

} // namespace pixmill::cli
