#include "persistence/webhook_keyring.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "model/errc.hpp"
#include "persistence/posix_file.hpp"

namespace pixmill::persistence {
namespace {

constexpr auto about =
  "# Secrets of Pixmill's webhooks, the newest first; each "
  "one signs. Keep them secret.\n";

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r");
  if (from == text.npos)
    return {};
  return text.substr(from, text.find_last_not_of(" \t\r") + 1 - from);
}

caf::error unwritable(const std::filesystem::path& file, int number) {
  return make_error(errc::file_unwritable,
                    file.string() + ": "
                      + std::generic_category().message(number));
}

} // namespace

webhook_keyring::webhook_keyring(const keyring_settings& settings,
                                 const std::filesystem::path& beside) {
  for (const auto& text : settings.secrets)
    if (auto secret = webhook_secret::parse(text))
      given_.push_back(std::move(*secret));
  if (!given_.empty())
    return;
  file_ = settings.secrets_file;
  if (file_.empty())
    file_ = (beside / "..").lexically_normal() / "webhook-secrets";
}

caf::expected<caf::unit_t> webhook_keyring::make_first() const {
  std::error_code ignored;
  if (!given_.empty() || std::filesystem::exists(file_, ignored))
    return caf::unit;
  return write({webhook_secret::random()});
}

caf::expected<caf::unit_t> webhook_keyring::rotate(std::size_t keep) const {
  if (!given_.empty())
    return make_error(errc::option_invalid,
                      "the secrets are those of [webhook] secrets; put a new "
                      "one in front there");
  std::vector<webhook_secret> all{webhook_secret::random()};
  std::error_code ignored;
  if (std::filesystem::exists(file_, ignored)) {
    auto before = secrets();
    if (!before)
      return before.error();
    before->resize(std::min({before->size(), keep, most_secrets - 1}),
                   all.front());
    all.insert(all.end(), before->begin(), before->end());
  }
  return write(all);
}

// Whole or not at all: a server may be reading.
caf::expected<caf::unit_t>
webhook_keyring::write(const std::vector<webhook_secret>& secrets) const {
  std::string text = about;
  for (const auto& secret : secrets)
    text += secret.text() + '\n';
  if (const auto failed = write_private(file_, text); failed != 0)
    return unwritable(file_, failed);
  return caf::unit;
}

caf::expected<std::vector<webhook_secret>> webhook_keyring::secrets() const {
  if (!given_.empty())
    return given_;
  const auto text = read_all(AT_FDCWD, file_.c_str());
  if (!text)
    return make_error(errc::file_unreadable,
                      file_.string() + ": "
                        + std::generic_category().message(errno));
  std::vector<webhook_secret> out;
  std::size_t number = 0;
  for (std::string_view rest = *text; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const auto line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++number;
    if (line.empty() || line.front() == '#')
      continue;
    auto secret = webhook_secret::parse(line);
    if (!secret || out.size() == most_secrets)
      return make_error(errc::file_unreadable,
                        file_.string() + ":" + std::to_string(number)
                          + (secret ? ": more than 10 secrets"
                                    : ": not whsec_ and base64 of 24 to 64 "
                                      "bytes"));
    out.push_back(std::move(*secret));
  }
  if (out.empty())
    return make_error(errc::file_unreadable,
                      file_.string() + ": has no secret in it");
  return out;
}

} // namespace pixmill::persistence
