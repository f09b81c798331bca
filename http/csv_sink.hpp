#pragma once

#include <string_view>

#include <caf/error.hpp>

namespace pixmill::http {

/// Where the CSV of a request goes as it comes.
class csv_sink {
public:
  virtual ~csv_sink() = default;

  /// Takes the next bytes.
  /// @returns An error when the request must end.
  virtual caf::error feed(std::string_view bytes) = 0;
};

} // namespace pixmill::http
