#include "cli/doctor.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/codec_check.hpp"
#include "cli/exit_code.hpp"
#include "cli/machine_check.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cli {
namespace {

constexpr auto policy_path = "/etc/ImageMagick-6/policy.xml";

std::string_view word(finding::grade how) noexcept {
  switch (how) {
  case finding::grade::ok:
    return "ok";
  case finding::grade::warn:
    return "warn";
  case finding::grade::fail:
    return "fail";
  }
  return {};
}

tint tint_of(finding::grade how) noexcept {
  switch (how) {
  case finding::grade::ok:
    return tint::good;
  case finding::grade::warn:
    return tint::caution;
  case finding::grade::fail:
    return tint::bad;
  }
  return tint::plain;
}

void print_json(const std::vector<finding>& findings, std::ostream& out) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& each : findings)
    list.push_back({{"check", each.subject},
                    {"result", word(each.how)},
                    {"detail", each.detail},
                    {"remedy", each.remedy}});
  out << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}

void print_lines(const std::vector<finding>& findings, const terminal& to) {
  std::size_t widest = 0;
  for (const auto& each : findings)
    widest = std::max(widest, columns_of(each.subject));
  for (const auto& each : findings) {
    const std::string grade{word(each.how)};
    to.out << tinted(grade, tint_of(each.how), to.colours)
           << std::string(6 - grade.size(), ' ') << each.subject
           << std::string(widest - columns_of(each.subject) + 2, ' ')
           << printable(each.detail) << '\n';
    if (!each.remedy.empty())
      to.out << std::string(widest + 8, ' ') << "-> " << printable(each.remedy)
             << '\n';
  }
}

finding check_policy_file() {
  std::ifstream file{policy_path};
  if (!file)
    return {.subject = "ImageMagick policy",
            .how = finding::grade::ok,
            .detail = "none",
            .remedy = {}};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return check_magick_policy(text);
}

} // namespace

int report_findings(const std::vector<finding>& findings, bool json,
                    const terminal& to) {
  if (json)
    print_json(findings, to.out);
  else
    print_lines(findings, to);
  const bool failed =
    std::any_of(findings.begin(), findings.end(), [](const finding& each) {
      return each.how == finding::grade::fail;
    });
  return failed ? exit_with_failures : exit_ok;
}

void log_findings(const std::vector<finding>& findings) {
  for (const auto& each : findings)
    telemetry::log(each.how == finding::grade::ok
                     ? telemetry::log_level::info
                     : telemetry::log_level::warning,
                   each.subject + ": " + each.detail,
                   {{"check", word(each.how)}, {"remedy", each.remedy}});
}

int doctor(const doctor_options& options, const config::settings& settings,
           const std::string& program, const terminal& to) {
  auto findings = check_machine(settings);
  findings.push_back(check_policy_file());
  auto codecs = check_codecs(settings.imaging, program);
  std::move(codecs.begin(), codecs.end(), std::back_inserter(findings));
  return report_findings(findings, options.json, to);
}

} // namespace pixmill::cli
