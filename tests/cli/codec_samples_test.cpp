#include "cli/codec_samples.hpp"

#include <gtest/gtest.h>

#include "imaging/header.hpp"
#include "model/errc.hpp"

namespace pixmill::cli {
namespace {

image_format format_of(const std::string& bytes) {
  const auto header = imaging::read_header(
    {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  EXPECT_TRUE(header) << context_of(header.error());
  return header ? header->format : image_format::unknown;
}

TEST(CodecSamples, ArePictures) {
  EXPECT_EQ(format_of(sample_bmp()), image_format::bmp);
  EXPECT_EQ(format_of(sample_tiff()), image_format::tiff);
  EXPECT_EQ(format_of(sample_gif()), image_format::gif);
}

} // namespace
} // namespace pixmill::cli
