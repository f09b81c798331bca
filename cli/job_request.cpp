#include "cli/job_request.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "model/quantity.hpp"
#include "model/target.hpp"

namespace pixmill::cli {
namespace {

caf::error refused(std::string_view flag, const std::string& value,
                   std::string_view allowed) {
  return make_error(errc::option_invalid, "--" + std::string{flag} + " " + value
                                            + ": " + std::string{allowed});
}

// A share from 0 to 1, or a percentage, in ppm.
std::optional<std::uint32_t> parse_share(std::string_view text) {
  if (const auto percent = parse_percent(text))
    return *percent <= 1'000'000 ? percent : std::nullopt;
  double share = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, share);
  if (read.ec != std::errc{} || read.ptr != end || !(share >= 0 && share <= 1))
    return std::nullopt;
  return static_cast<std::uint32_t>(std::lround(share * 1'000'000));
}

caf::expected<compress_goal> goal_of(const job_flags& options,
                                     std::uint32_t default_floor) {
  compress_goal goal;
  if (!options.target.empty()) {
    auto parsed = parse_target(options.target);
    if (!parsed)
      return std::move(parsed.error());
    goal = *parsed;
  }
  const bool must_hit_bytes =
    goal.target == target_kind::ratio || goal.target == target_kind::bytes;
  goal.floor_ssim_ppm = must_hit_bytes ? default_floor : 0;
  if (!options.floor.empty()) {
    const auto floor = parse_share(options.floor);
    if (!floor)
      return refused("floor", options.floor, "an SSIM from 0 to 1 is wanted");
    goal.floor_ssim_ppm = *floor;
  }
  if (!options.format.empty()) {
    const auto format = format_choice_from(options.format);
    if (!format)
      return refused("format", options.format,
                     "keep, jpeg, png, webp, avif or auto is wanted");
    goal.format = *format;
  }
  goal.max_edge = options.max_edge;
  return goal;
}

} // namespace

caf::expected<job_options> job_options_of(const job_flags& options,
                                          std::uint32_t default_floor) {
  job_options out;
  auto goal = goal_of(options, default_floor);
  if (!goal)
    return std::move(goal.error());
  out.goal = *goal;
  out.name = options.name;
  out.on_invalid =
    options.skip_invalid ? invalid_policy::skip : invalid_policy::reject;
  out.assume_https = options.assume_https;
  out.columns = {.serial = options.serial_column,
                 .name = options.name_column,
                 .urls = options.urls_column};
  if (!options.max_failure_ratio.empty()) {
    const auto share = parse_share(options.max_failure_ratio);
    if (!share)
      return refused("max-failure-ratio", options.max_failure_ratio,
                     "0 to 1 or a percentage is wanted");
    out.max_failure_ppm = *share;
  }
  if (!options.deadline.empty()) {
    const auto deadline = parse_duration(options.deadline);
    if (!deadline || deadline->count() <= 0)
      return refused("deadline", options.deadline,
                     "a time such as 90s, 30m or 2h is wanted");
    out.deadline = *deadline;
  }
  return out;
}

} // namespace pixmill::cli
