#include "imaging/magick_policy.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <Magick++.h>

namespace pixmill::imaging {

namespace {

// The last rule that fits counts.
constexpr std::string_view policy = R"(<policymap>
  <policy domain="coder" rights="none" pattern="*"/>
  <policy domain="coder" rights="read|write" pattern="{JPEG,TIFF,BMP}"/>
  <policy domain="delegate" rights="none" pattern="*"/>
  <policy domain="filter" rights="none" pattern="*"/>
  <policy domain="path" rights="none" pattern="@*"/>
  <policy domain="path" rights="none" pattern="|*"/>
</policymap>
)";

/// A folder for the time in which ImageMagick reads it: it takes policies from
/// files alone.
class policy_folder {
public:
  policy_folder() {
    std::error_code failed;
    auto name =
      (std::filesystem::temp_directory_path(failed) / "pixmill-policy-XXXXXX")
        .string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
      return;
    path_ = std::move(name);
    written_ = static_cast<bool>(std::ofstream{path_ + "/policy.xml"}
                                 << policy << std::flush);
  }
  policy_folder(const policy_folder&) = delete;
  policy_folder& operator=(const policy_folder&) = delete;
  ~policy_folder() {
    std::error_code ignored;
    if (!path_.empty())
      std::filesystem::remove_all(path_, ignored);
  }

  bool written() const noexcept {
    return written_;
  }

  const std::string& path() const noexcept {
    return path_;
  }

private:
  std::string path_;
  bool written_ = false;
};

} // namespace

bool load_magick_policy() {
  const policy_folder folder;
  if (!folder.written())
    return false;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): a codec process has one thread.
  setenv("MAGICK_CONFIGURE_PATH", folder.path().c_str(), 1);
  // The first question loads the policies.
  const bool counts =
    MagickCore::IsRightsAuthorized(MagickCore::CoderPolicyDomain,
                                   MagickCore::ReadPolicyRights, "MVG")
    == MagickCore::MagickFalse;
  unsetenv("MAGICK_CONFIGURE_PATH"); // NOLINT(concurrency-mt-unsafe)
  return counts;
}

} // namespace pixmill::imaging
