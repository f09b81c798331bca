#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <caf/error.hpp>

namespace pixmill {

/// Every way in which something outside Pixmill can fail. Values are stored and
/// sent: append, never renumber.
enum class errc : std::uint8_t {
  none = 0,
  // What can happen to one image; the words of the public contract.
  dns = 1,
  connect,
  tls,
  timeout,
  http_status, ///< The status itself stands in `failure::http_status`.
  rate_limited,
  redirect_limit,
  address_blocked,
  too_large,
  empty_body,
  truncated,
  not_an_image,
  unsupported_format,
  too_many_pixels,
  too_many_frames,
  decode,
  encode,
  decoder_crash,
  store,
  node_lost,
  deadline,
  canceled,
  url_invalid,
  // What can happen to a job, a file or the process.
  config_invalid = 64,
  csv_invalid,
  option_invalid,
  store_newer,   ///< The store was written by a newer Pixmill.
  store_corrupt, ///< Names the damaged file and the remedy.
  store_locked,  ///< Another process has the store open.
  disk_full,     ///< Nothing is accepted until space comes back.
  no_such_job,
  wrong_state, ///< The job's state does not allow the command.
  file_unreadable,
  file_unwritable,
  failure_ratio, ///< More failed than `max_failure_ratio` allows.
  interrupted,
  no_such_delivery,
  queue_full,        ///< As many jobs wait as may.
  tenant_queue_full, ///< As many jobs of this tenant wait as may.
  job_gone,          ///< There was such a job; it has been erased.
  no_such_node,
  node_ambiguous, ///< Several nodes have this name.
  permit_invalid, ///< A node may not hand this in.
  version_skew,   ///< Two nodes speak different versions.
  /// The object store does not answer, or refuses us: not the image's fault,
  /// so the image waits.
  store_unavailable,
};

/// Returns the stable word of `code`, such as `address_blocked`. The word of
/// `http_status` is `http`; see `failure::word` for `http_404`.
std::string_view to_string(errc code) noexcept;

/// Returns the code whose word is `word`, or `errc::none`.
errc errc_from(std::string_view word) noexcept;

/// Wraps `code` for CAF.
/// @param context Names the culprit (URL, line, key, path), never a secret.
caf::error make_error(errc code, std::string context = {});

/// Returns the code inside `reason`, or `otherwise` when another library made
/// it.
errc code_of(const caf::error& reason, errc otherwise) noexcept;

/// Returns the context inside `reason`; for an error that CAF made itself, a
/// description of it.
std::string context_of(const caf::error& reason);

} // namespace pixmill
