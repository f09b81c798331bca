#include "cli/cert.hpp"

#include <filesystem>
#include <ostream>

#include <nlohmann/json.hpp>

#include "cli/exit_code.hpp"
#include "cluster/certificates.hpp"
#include "model/errc.hpp"
#include "model/job.hpp"

namespace pixmill::cli {
namespace {

constexpr std::int64_t day_seconds = 86'400;

int refuse(const caf::error& reason, const terminal& to) {
  complain(to, context_of(reason));
  return code_of(reason, errc::none) == errc::store ? exit_job_failed
                                                    : exit_usage;
}

int init(const cert_init_options& options, const terminal& to) {
  if (const auto failed = cluster::make_authority(options.folder))
    return refuse(failed, to);
  to.out << "made " << options.folder << '/' << cluster::authority_file
         << "\nKeep " << options.folder << '/' << cluster::authority_key_file
         << " to yourself: it makes nodes. Now: pixmill cert issue NAME\n"
         << std::flush;
  return exit_ok;
}

int issue(const cert_issue_options& options, const terminal& to) {
  const auto file = options.out.empty() ? options.name + ".pem" : options.out;
  const auto life = options.seconds > 0
                      ? std::int64_t{options.seconds}
                      : std::int64_t{options.days} * day_seconds;
  if (const auto failed =
        cluster::issue_bundle(options.folder, options.name, file, life))
    return refuse(failed, to);
  to.out << "made " << file
         << ": copy it to the node, and set [cluster] bundle "
         << "to it\n"
         << std::flush;
  return exit_ok;
}

std::string time_of(std::int64_t seconds) {
  return to_rfc3339(seconds * 1'000);
}

void print(const cluster::certificate_info& info, bool usable,
           const std::string& why, const terminal& to) {
  const auto line = [&to](const char* title, const std::string& text) {
    to.out << title << text << '\n';
  };
  line("name         ", info.subject);
  line("issuer       ", info.issuer);
  line("valid from   ", time_of(info.valid_from));
  line("valid until  ", time_of(info.valid_until));
  line("serial       ", info.serial);
  line("sha-256      ", info.fingerprint);
  if (info.is_authority)
    line("authority    ", "yes");
  else
    line("usable       ", usable ? "yes" : "no: " + why);
  to.out << std::flush;
}

int show(const cert_show_options& options, const terminal& to) {
  const auto info = cluster::read_certificate(options.file);
  if (!info)
    return refuse(info.error(), to);
  const auto unusable = cluster::check_bundle(options.file, unix_now() / 1'000);
  const auto why = unusable ? context_of(unusable) : std::string{};
  if (options.json)
    to.out << nlohmann::ordered_json{{"name", info->subject},
                                     {"issuer", info->issuer},
                                     {"valid_from", time_of(info->valid_from)},
                                     {"valid_until",
                                      time_of(info->valid_until)},
                                     {"serial", info->serial},
                                     {"sha256", info->fingerprint},
                                     {"authority", info->is_authority},
                                     {"usable", !unusable},
                                     {"problem", why}}
                .dump()
           << std::endl;
  else
    print(*info, !unusable, why, to);
  return exit_ok;
}

} // namespace

int cert(const cert_options& options, const terminal& to) {
  if (const auto* made = std::get_if<cert_init_options>(&options))
    return init(*made, to);
  if (const auto* issued = std::get_if<cert_issue_options>(&options))
    return issue(*issued, to);
  return show(std::get<cert_show_options>(options), to);
}

} // namespace pixmill::cli
