#pragma once

#include <string>
#include <string_view>

#include "model/sheet.hpp"

namespace pixmill {

/// Returns whether `text` begins with a scheme and `://`, in any case.
bool starts_with_scheme(std::string_view text) noexcept;

/// Turns one entry of a URL list into what is requested: stray quotes, blanks
/// and invisible characters go, scheme and host become lower case, an
/// international host becomes punycode, what may not stand in a URL is
/// percent-encoded, the fragment goes.
/// @param out Gets the URL, or the problem `url-scheme` or `url-malformed`.
/// @see RFC 3986; for host names UTS #46 by libidn2
void read_url(std::string_view entry, const sheet_rules& rules,
              sheet_slot& out);

} // namespace pixmill
