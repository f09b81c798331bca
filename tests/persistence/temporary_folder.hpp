#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pixmill::test {

/// A folder of its own for one test; goes with it.
class temporary_folder {
public:
  explicit temporary_folder(const std::filesystem::path& parent =
                              std::filesystem::temp_directory_path()) {
    auto name = (parent / "pixmill-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      std::abort();
    path_ = name;
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  const std::filesystem::path& path() const noexcept {
    return path_;
  }

private:
  std::filesystem::path path_;
};

} // namespace pixmill::test
