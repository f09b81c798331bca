#include "telemetry/child_processes.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace pixmill::telemetry {

std::vector<std::string> child_processes() {
  std::vector<std::string> out;
  std::error_code failed;
  for (const auto& thread :
       std::filesystem::directory_iterator{"/proc/self/task", failed}) {
    std::ifstream file{thread.path() / "children"};
    for (std::string child; file >> child;)
      out.push_back(std::move(child));
  }
  return out;
}

} // namespace pixmill::telemetry
