#include "cli/verify.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <ostream>
#include <thread>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cli/results_reader.hpp"
#include "cli/stored_files.hpp"
#include "cli/table.hpp"

namespace pixmill::cli {
namespace {

constexpr std::size_t most_problems = 1'000;

// A slot that has an image; the link is kept by the first slot of each file.
struct seen_slot {
  std::uint32_t row = 0;
  std::uint32_t slot = 0;
  std::size_t file = 0;
  std::uint64_t bytes_in = 0;
};

struct problem {
  std::uint32_t row = 0;
  std::uint32_t slot = 0;
  std::string output;
  std::string code;
  std::string detail;
};

struct verification {
  std::uint64_t slots = 0;
  std::uint64_t without_image = 0;
  std::uint64_t images = 0; ///< Different files.
  std::uint64_t bytes = 0;  ///< Of them all.
  std::uint64_t problems_total = 0;
  std::vector<problem> problems; ///< The first `most_problems`.
  std::uint64_t worst_ppm = 0;   ///< Lowest likeness of a tile; 0: not known.
  std::uint32_t worst_row = 0;   ///< Where that is.
  std::uint32_t worst_slot = 0;
};

// What is wrong with one slot's image, if anything.
problem judge(const seen_slot& slot, const stored_file& file) {
  problem out;
  out.row = slot.row;
  out.slot = slot.slot;
  if (!file.problem.empty()) {
    out.code = file.problem;
    out.detail = file.detail;
  } else if (slot.bytes_in != 0 && file.bytes > slot.bytes_in) {
    out.code = "larger-than-source";
    out.detail = std::to_string(file.bytes) + " bytes, its source had "
                 + std::to_string(slot.bytes_in);
  }
  return out;
}

caf::expected<verification> check_all(const std::string& path,
                                      stored_files& files) {
  verification out;
  std::vector<seen_slot> slots;
  std::vector<std::string> links;
  const auto reason = read_results(path, [&](result_slot each) {
    ++out.slots;
    if (each.output.empty()) {
      ++out.without_image;
      return;
    }
    const auto file = files.add(each.output);
    if (file == links.size())
      links.push_back(std::move(each.output));
    slots.push_back({.row = each.row,
                     .slot = static_cast<std::uint32_t>(each.slot),
                     .file = file,
                     .bytes_in = each.bytes_in});
    if (const auto ppm = each.worst_ppm();
        ppm != 0 && (out.worst_ppm == 0 || ppm < out.worst_ppm)) {
      out.worst_ppm = ppm;
      out.worst_row = each.row;
      out.worst_slot = static_cast<std::uint32_t>(each.slot);
    }
  });
  files.wait();
  if (reason)
    return reason;
  for (const auto& slot : slots) {
    auto found = judge(slot, files[slot.file]);
    if (found.code.empty())
      continue;
    found.output = links[slot.file];
    if (++out.problems_total <= most_problems)
      out.problems.push_back(std::move(found));
  }
  out.images = files.size();
  for (std::size_t i = 0; i < files.size(); ++i)
    out.bytes += files[i].bytes;
  return out;
}

void print_json(const verification& what, std::ostream& out) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& each : what.problems)
    list.push_back({{"row", each.row},
                    {"slot", each.slot},
                    {"output", each.output},
                    {"code", each.code},
                    {"detail", each.detail}});
  nlohmann::ordered_json worst;
  if (what.worst_ppm != 0)
    worst = {{"row", what.worst_row},
             {"slot", what.worst_slot},
             {"ssim_worst", static_cast<double>(what.worst_ppm) / 1e6}};
  const nlohmann::ordered_json all{{"slots", what.slots},
                                   {"without_image", what.without_image},
                                   {"images", what.images},
                                   {"bytes", what.bytes},
                                   {"problems_total", what.problems_total},
                                   {"problems", list},
                                   {"worst", worst}};
  out << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

void print_table(const verification& what, const terminal& to) {
  table lines{{{.title = "row", .right = true},
               {.title = "slot", .right = true},
               {.title = "code"},
               {.title = "image"},
               {.title = "detail"}}};
  for (const auto& each : what.problems)
    lines.add({{.text = std::to_string(each.row)},
               {.text = std::to_string(each.slot)},
               {.text = each.code, .how = tint::bad},
               {.text = each.output},
               {.text = each.detail}});
  if (!lines.empty())
    to.out << lines.text(to.colours);
  if (what.problems_total > what.problems.size())
    to.out << "... and " << what.problems_total - what.problems.size()
           << " more\n";
}

} // namespace

int verify(const verify_options& options, const config::settings& settings,
           const std::string& program, const terminal& to) {
  auto pool = imaging::codec_pool::create(settings.imaging, program);
  if (!pool) {
    complain(to, context_of(pool.error()));
    return exit_job_failed;
  }
  const auto folder = std::filesystem::path{options.csv}.parent_path();
  const auto cores = std::max(1u, std::thread::hardware_concurrency());
  served_images served{settings};
  stored_files files{folder, **pool, std::size_t{2} * cores, served};
  const auto what = check_all(options.csv, files);
  if (!what) {
    complain(to, context_of(what.error()));
    return code_of(what.error(), errc::csv_invalid) == errc::csv_invalid
             ? exit_invalid_csv
             : exit_usage;
  }
  if (options.json) {
    print_json(*what, to.out);
  } else {
    print_table(*what, to);
    to.out << printable(options.csv) << ": " << what->slots << " slots, "
           << what->images << " different images of " << what->bytes
           << " bytes, " << what->without_image << " without image, "
           << what->problems_total
           << (what->problems_total == 1 ? " problem\n" : " problems\n");
    if (what->worst_ppm != 0)
      to.out << "worst tile: SSIM "
             << static_cast<double>(what->worst_ppm) / 1e6 << " in row "
             << what->worst_row << ", slot " << what->worst_slot << '\n';
  }
  return what->problems_total == 0 ? exit_ok : exit_with_failures;
}

} // namespace pixmill::cli
