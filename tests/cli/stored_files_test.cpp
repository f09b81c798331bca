#include "cli/stored_files.hpp"

#include <gtest/gtest.h>

#include "cli/codec_samples.hpp"
#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {
namespace {

// Answers at once, on the caller's thread.
class fake_codec final : public imaging::codec {
public:
  ticket start(std::shared_ptr<const std::string>, const compress_goal&,
               flow_id, callback done) override {
    ++asked;
    if (refuse)
      done(make_error(errc::decode, "bad huffman code"));
    else
      done(imaging::compressed_image{});
    return asked;
  }

  void cancel(ticket) override {}

  std::uint64_t asked = 0;
  bool refuse = false;
};

class StoredFiles : public testing::Test {
protected:
  stored_file checked(const std::string& link) {
    const auto index = files.add(link);
    files.wait();
    return files[index];
  }

  scratch_folder folder;
  fake_codec codec;
  config::settings settings;
  served_images served{settings};
  stored_files files{folder.path(), codec, 2, served};
  const std::string picture = sample_gif();
};

TEST_F(StoredFiles, FindsNothingWrongWithAPicture) {
  const auto link = "images/" + sha256_of(picture) + ".gif";
  folder.write(link, picture);
  const auto file = checked(link);
  EXPECT_EQ(file.problem, "") << file.detail;
  EXPECT_EQ(file.bytes, picture.size());
}

TEST_F(StoredFiles, LooksUpWhatAServerHasStored) {
  const auto sha256 = sha256_of(picture);
  settings.store.images = (folder.path() / "store").string();
  folder.write("store/" + sha256.substr(0, 2) + "/" + sha256 + ".gif", picture);
  const auto url = "https://img.shop.example/v1/files/";
  EXPECT_EQ(checked(url + sha256 + "/name.gif").problem, "");
  EXPECT_EQ(checked(url + std::string(64, 'a') + "/name.gif").problem,
            "missing");
  EXPECT_EQ(checked(url + std::string{"short/name.gif"}).problem, "not-local");
  EXPECT_EQ(checked(url + sha256 + "/name.txt").problem, "not-local");
}

TEST_F(StoredFiles, ChecksEachFileOnce) {
  folder.write("a.gif", picture);
  EXPECT_EQ(files.add("a.gif"), files.add("a.gif"));
  EXPECT_EQ(files.size(), 1u);
  EXPECT_EQ(codec.asked, 1u);
}

TEST_F(StoredFiles, MissesAFile) {
  EXPECT_EQ(checked("gone.gif").problem, "missing");
  EXPECT_EQ(checked(".").problem, "missing");
}

TEST_F(StoredFiles, FindsAFileThatWasChanged) {
  const auto link = sha256_of(picture) + ".gif";
  folder.write(link, picture + "x");
  EXPECT_EQ(checked(link).problem, "hash-mismatch");
  EXPECT_EQ(codec.asked, 0u);
}

TEST_F(StoredFiles, FindsAnEndingThatLies) {
  folder.write("a.jpg", picture);
  EXPECT_EQ(checked("a.jpg").problem, "wrong-extension");
}

TEST_F(StoredFiles, FindsWhatIsNoPicture) {
  folder.write("a.jpg", "<html>");
  EXPECT_EQ(checked("a.jpg").problem, "not_an_image");
}

TEST_F(StoredFiles, FindsAPictureThatDoesNotDecode) {
  codec.refuse = true;
  folder.write("a.gif", picture);
  const auto file = checked("a.gif");
  EXPECT_EQ(file.problem, "decode");
  EXPECT_EQ(file.detail, "bad huffman code");
}

TEST_F(StoredFiles, LeavesTheFilesOfAServerAlone) {
  EXPECT_EQ(checked("https://shop.example/v1/files/a.gif").problem,
            "not-local");
}

} // namespace
} // namespace pixmill::cli
