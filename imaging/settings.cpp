#include "imaging/settings.hpp"

#include <algorithm>

#include "model/target.hpp"

namespace pixmill::imaging {

std::vector<std::string> offered_formats(const imaging_settings& settings) {
  std::vector<std::string> out;
  for (const auto format : {format_choice::jpeg, format_choice::png,
                            format_choice::webp, format_choice::avif}) {
    std::string word{to_string(format)};
    const auto& left = settings.leave_formats;
    if (std::find(left.begin(), left.end(), word) == left.end())
      out.push_back(std::move(word));
  }
  return out;
}

} // namespace pixmill::imaging
