#include "model/errc.hpp"

#include <array>
#include <utility>

#include <caf/atom.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

namespace pixmill {
namespace {

struct word_of_code {
  errc code;
  std::string_view word;
};

constexpr std::array words{
  word_of_code{errc::none, "none"},
  word_of_code{errc::dns, "dns"},
  word_of_code{errc::connect, "connect"},
  word_of_code{errc::tls, "tls"},
  word_of_code{errc::timeout, "timeout"},
  word_of_code{errc::http_status, "http"},
  word_of_code{errc::rate_limited, "rate_limited"},
  word_of_code{errc::redirect_limit, "redirect_limit"},
  word_of_code{errc::address_blocked, "address_blocked"},
  word_of_code{errc::too_large, "too_large"},
  word_of_code{errc::empty_body, "empty_body"},
  word_of_code{errc::truncated, "truncated"},
  word_of_code{errc::not_an_image, "not_an_image"},
  word_of_code{errc::unsupported_format, "unsupported_format"},
  word_of_code{errc::too_many_pixels, "too_many_pixels"},
  word_of_code{errc::too_many_frames, "too_many_frames"},
  word_of_code{errc::decode, "decode"},
  word_of_code{errc::encode, "encode"},
  word_of_code{errc::decoder_crash, "decoder_crash"},
  word_of_code{errc::store, "store"},
  word_of_code{errc::node_lost, "node_lost"},
  word_of_code{errc::deadline, "deadline"},
  word_of_code{errc::canceled, "canceled"},
  word_of_code{errc::url_invalid, "url_invalid"},
  word_of_code{errc::config_invalid, "config-invalid"},
  word_of_code{errc::csv_invalid, "csv-invalid"},
  word_of_code{errc::option_invalid, "option-invalid"},
  word_of_code{errc::store_newer, "store-newer"},
  word_of_code{errc::store_corrupt, "store-corrupt"},
  word_of_code{errc::store_locked, "store-locked"},
  word_of_code{errc::disk_full, "disk-full"},
  word_of_code{errc::no_such_job, "no-such-job"},
  word_of_code{errc::wrong_state, "wrong-state"},
  word_of_code{errc::file_unreadable, "file-unreadable"},
  word_of_code{errc::file_unwritable, "file-unwritable"},
  word_of_code{errc::failure_ratio, "failure-ratio"},
  word_of_code{errc::interrupted, "interrupted"},
  word_of_code{errc::no_such_delivery, "no-such-delivery"},
  word_of_code{errc::queue_full, "queue-full"},
  word_of_code{errc::tenant_queue_full, "tenant-queue-full"},
  word_of_code{errc::job_gone, "gone"},
  word_of_code{errc::no_such_node, "no-such-node"},
  word_of_code{errc::node_ambiguous, "node-ambiguous"},
  word_of_code{errc::permit_invalid, "permit-invalid"},
  word_of_code{errc::version_skew, "version-skew"},
  word_of_code{errc::store_unavailable, "store-unavailable"},
};

constexpr auto category = caf::atom("pixmill");

} // namespace

std::string_view to_string(errc code) noexcept {
  for (const auto& entry : words)
    if (entry.code == code)
      return entry.word;
  return "unknown";
}

errc errc_from(std::string_view word) noexcept {
  for (const auto& entry : words)
    if (entry.word == word)
      return entry.code;
  return errc::none;
}

caf::error make_error(errc code, std::string context) {
  return caf::error{static_cast<std::uint8_t>(code), category,
                    caf::make_message(std::move(context))};
}

errc code_of(const caf::error& reason, errc otherwise) noexcept {
  if (!reason)
    return errc::none;
  return reason.category() == category ? static_cast<errc>(reason.code())
                                       : otherwise;
}

std::string context_of(const caf::error& reason) {
  if (reason && reason.category() == category
      && reason.context().match_elements<std::string>())
    return reason.context().get_as<std::string>(0);
  return caf::to_string(reason);
}

} // namespace pixmill
