#pragma once

#include <string>
#include <string_view>

#include "model/sheet_source.hpp"

namespace pixmill {

/// Returns the first 200 bytes of `text` at most, cut between characters: what
/// an issue quotes.
std::string shortened(std::string_view text);

/// Returns what to do about the problem of a URL.
const char* hint_for(std::string_view problem) noexcept;

/// Returns the code of what ended a text early; empty for none.
std::string code_of_fault(source_fault fault);

/// Returns what to do about what ended a text early.
std::string hint_of_fault(source_fault fault);

} // namespace pixmill
