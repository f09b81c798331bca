// Has Magick++ find the best JPEG of at most half of its source, for every file
// of a directory:
//
//   pixmill_magick_bench DIR OUT
//
// Prints files, CPU milliseconds and megapixels.

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include <Magick++.h>

namespace fs = std::filesystem;

int main(int argc, char** argv) {
  if (argc != 3)
    return 2;
  Magick::InitializeMagick(nullptr);
  Magick::ResourceLimits::thread(1);
  double megapixels = 0;
  int files = 0;
  const auto begin = std::clock();
  for (const auto& entry : fs::directory_iterator(argv[1])) {
    Magick::Image image(entry.path().string());
    image.autoOrient();
    megapixels += 1e-6 * static_cast<double>(image.columns() * image.rows());
    image.magick("JPEG");
    image.defineValue("jpeg", "extent",
                      std::to_string(entry.file_size() / 2) + "B");
    Magick::Blob blob;
    image.write(&blob);
    std::ofstream out(fs::path(argv[2]) / entry.path().filename(),
                      std::ios::binary);
    out.write(static_cast<const char*>(blob.data()),
              static_cast<std::streamsize>(blob.length()));
    ++files;
  }
  const auto used =
    static_cast<double>(std::clock() - begin) * 1e3 / CLOCKS_PER_SEC;
  std::printf("%d %.1f %.3f\n", files, used, megapixels);
  return 0;
}
