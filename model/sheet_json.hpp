#pragma once

#include <string>

#include "model/sheet.hpp"

namespace pixmill {

/// Returns a summary as JSON: `valid`, `rows`, `images`, and the errors and
/// warnings with row, line, column, slot, code, value and hint.
std::string to_json(const sheet_summary& summary);

} // namespace pixmill
