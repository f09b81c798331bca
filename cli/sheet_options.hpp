#pragma once

#include <string>

namespace pixmill::cli {

/// What the command line says about a sheet and how to read it. Texts are as
/// they were typed; empty: not given.
struct sheet_options {
  std::string csv; ///< Path of the sheet.
  bool skip_invalid = false;
  bool assume_https = false;
  std::string serial_column;
  std::string name_column;
  std::string urls_column;
};

} // namespace pixmill::cli
