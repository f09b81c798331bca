#pragma once

#include <memory>

namespace CLI {
class FormatterBase;
}

namespace pixmill::cli {

/// Lays out `--help` for a terminal of 80 columns.
std::shared_ptr<CLI::FormatterBase> make_help_format();

} // namespace pixmill::cli
