// pixmill_fuzz_seeds DIR: writes a small picture of each kind, the same ones
// each time, for the fuzzers to start from.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "imaging/avif_codec.hpp"
#include "imaging/compressor.hpp"
#include "imaging/jpeg_rate_control.hpp"
#include "imaging/png_codec.hpp"
#include "imaging/webp_codec.hpp"
#include "tests/imaging/pictures.hpp"

namespace {

using namespace pixmill::imaging;

class seed_folder {
public:
  explicit seed_folder(std::filesystem::path path) : path_{std::move(path)} {}

  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream{path_ / name, std::ios::binary} << bytes;
  }

  template <class Bytes>
  void put(const std::string& name, const caf::expected<Bytes>& bytes) const {
    if (!bytes) {
      std::cerr << name << ": cannot be made\n";
      std::exit(1);
    }
    put(name, *bytes);
  }

private:
  std::filesystem::path path_;
};

void write_jpegs(const seed_folder& to) {
  const auto colour = test::jpeg_of(test::photo(40, 24));
  to.put("colour.jpg", colour);
  to.put("grey.jpg", test::jpeg_of(test::photo(24, 24, 1)));
  to.put("one-pixel.jpg", test::jpeg_of(test::photo(1, 1), 30));
  auto turned = test::with_segment(colour, 0xe1, test::exif_body(6));
  turned = test::with_segment(turned, 0xfe, "a comment");
  to.put("turned.jpg", turned);
  to.put("profile.jpg", test::with_segment(colour, 0xe2,
                                           std::string("ICC_PROFILE\0\1\1", 14)
                                             + test::profile()));
}

// Other encoders write other things: Pixmill's own, progressive ones as well.
void write_compressed(const seed_folder& to) {
  const auto source = test::jpeg_of(test::photo(64, 48), 98);
  const auto moving = encode_webp(test::moving_square(48), {}, {});
  const auto put = [&](const char* name, const std::string& from,
                       pixmill::format_choice format) {
    const auto made = compress(test::view(from), {.format = format}, {});
    to.put(name, made ? caf::expected<std::string>{made->bytes}
                      : caf::expected<std::string>{made.error()});
  };
  put("ours.jpg", source, pixmill::format_choice::jpeg);
  put("ours.webp", source, pixmill::format_choice::webp);
  put("ours.avif", source, pixmill::format_choice::avif);
  put("moving.webp", *moving, pixmill::format_choice::keep);
}

void write_others(const seed_folder& to) {
  to.put("photo.png", encode_png(test::photo(32, 20), {}));
  to.put("cutout.png", encode_png(test::cutout(24), {}));
  to.put("drawing.png", encode_png(test::drawing(48, 32, 5), {}));
  to.put("photo.webp", encode_webp(test::photo(32, 20), {}, {}));
  // A GIF of one pixel, and the smallest BMP and TIFF that have one.
  to.put("one-pixel.gif",
         std::string("GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0,\0\0\0\0\1\0\1\0"
                     "\0\2\2D\1\0;",
                     35));
  to.put("one-pixel.bmp",
         std::string("BM:\0\0\0\0\0\0\0006\0\0\0(\0\0\0\1\0\0\0\1\0\0\0\1\0"
                     "\x18\0\0\0\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                     "\0\0\xff\0",
                     58));
}

} // namespace

int main(int count, char** arguments) {
  if (count != 2)
    return 2;
  std::filesystem::create_directories(arguments[1]);
  const seed_folder to{arguments[1]};
  prepare_codecs();
  write_jpegs(to);
  write_compressed(to);
  write_others(to);
}
