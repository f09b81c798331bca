#include "cli/compare.hpp"

#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "cli/codec_samples.hpp"
#include "cli/exit_code.hpp"
#include "imaging/byte_view.hpp"
#include "imaging/compressor.hpp"
#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

class Compare : public testing::Test {
protected:
  int call(const std::string& left, const std::string& right,
           std::string difference = {}) {
    out_.str({});
    return compare({.left = left,
                    .right = right,
                    .difference = std::move(difference),
                    .json = true,
                    .confined = false},
                   {}, {.out = out_, .err = err_});
  }

  nlohmann::json answer() const {
    return nlohmann::json::parse(out_.str());
  }

  std::string lossy(const std::string& bytes) {
    compress_goal goal{.target = target_kind::quality, .value = 20};
    goal.format = format_choice::jpeg;
    auto made = imaging::compress(imaging::view_of(bytes), goal, {});
    return made ? made->bytes : std::string{};
  }

  scratch_folder folder;
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Compare, FindsAPictureLikeItself) {
  const auto file = folder.write("a.bmp", sample_bmp());
  EXPECT_EQ(call(file, file), exit_ok);
  EXPECT_EQ(answer()["ssim"], 1.0);
  EXPECT_EQ(answer()["ssim_worst"], 1.0);
}

TEST_F(Compare, SeesWhatQualityCosts) {
  const auto file = folder.write("a.bmp", sample_bmp());
  const auto other = folder.write("b.jpg", lossy(sample_bmp()));
  const auto drawn = (folder.path() / "d.png").string();
  EXPECT_EQ(call(file, other, drawn), exit_ok);
  EXPECT_LT(answer()["ssim"], 1.0);
  EXPECT_GT(answer()["ssim"], 0.3);
  // The difference is a picture, and not an empty one.
  EXPECT_EQ(call(drawn, drawn), exit_ok);
  EXPECT_EQ(call(drawn, file), exit_ok);
}

TEST_F(Compare, ComplainsOfWhatIsNoPicture) {
  const auto file = folder.write("a.bmp", sample_bmp());
  const auto text = folder.write("b.txt", "no picture");
  EXPECT_EQ(call(file, text), exit_with_failures);
  EXPECT_NE(err_.str().find("not_an_image"), std::string::npos);
  EXPECT_EQ(call(file, (folder.path() / "none").string()), exit_with_failures);
}

} // namespace
} // namespace pixmill::cli
