#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <caf/expected.hpp>

#include "cli/console_hits.hpp"
#include "cli/console_page.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {

/// A line of `pixmill console -c`, as a request to the server.
struct console_command {
  /// What the answer fills; nothing: the answer is told as it is.
  std::optional<console_query> look{};
  std::string path{}; ///< Of anything but a look.
  std::string body{};
  bool posts = false;
  /// It was not said that it is meant: then it is told what would be hit.
  std::optional<deed_target> unmeant{};
  bool follows_trace = false; ///< The answer names a trace to be read.
};

/// Reads such a line: `actors top mailbox 5`.
/// @retval errc::option_invalid Names what is wrong and what is known.
caf::expected<console_command> read_command(std::string_view line);

/// Returns the lines that are known, one below the other.
std::string_view command_help() noexcept;

} // namespace pixmill::cli
