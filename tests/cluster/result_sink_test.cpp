#include "cluster/result_sink.hpp"

#include <filesystem>
#include <future>

#include <gtest/gtest.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/directory_store.hpp"
#include "persistence/store_mark.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::cluster {
namespace {

using persistence::stored_key;

constexpr auto jpeg = image_format::jpeg;

/// A node whose head has a folder that it sees; nobody listens at the head.
class ResultSink : public testing::Test {
protected:
  result_places places() {
    const auto token = persistence::mark_store(folder.path(), "0123");
    EXPECT_TRUE(token) << context_of(token.error());
    return {.handing_in = "http://127.0.0.1:1",
            .owner = "0123",
            .folder = folder.path().string(),
            .token = token ? *token : ""};
  }

  caf::expected<stored_key> store(const std::string& text) {
    return told([&](auto done) {
      sink.start(
        {.bytes = std::make_shared<const std::string>(text), .format = jpeg},
        std::move(done));
    });
  }

  caf::expected<stored_key> assure(const std::string& sha256) {
    return told([&](auto done) { sink.assure(sha256, jpeg, std::move(done)); });
  }

  bool is_there(const std::string& sha256) const {
    return std::filesystem::exists(
      folder.path()
      / persistence::directory_store::relative_path(sha256, jpeg));
  }

  test::temporary_folder folder;
  result_sink sink{"127.0.0.1", {}};

private:
  template <class Start>
  static caf::expected<stored_key> told(Start start) {
    std::promise<caf::expected<stored_key>> answer;
    start([&answer](caf::expected<stored_key> key) {
      answer.set_value(std::move(key));
    });
    return answer.get_future().get();
  }
};

TEST_F(ResultSink, StoresInTheFolderOfItsHead) {
  sink.aim(to_text(places()));
  const auto key = store("picture");
  ASSERT_TRUE(key) << context_of(key.error());
  EXPECT_EQ(key->sha256, sha256_of(std::string_view{"picture"}));
  EXPECT_TRUE(key->by_node);
  EXPECT_TRUE(is_there(key->sha256));
}

TEST_F(ResultSink, HandsInWhereTheMarkIsAnother) {
  auto told = places();
  places(); // The head has been started anew since.
  sink.aim(to_text(told));
  const auto key = store("picture");
  ASSERT_FALSE(key) << "nobody takes it";
  EXPECT_TRUE(persistence::can_wait(key.error()));
  EXPECT_FALSE(is_there(sha256_of(std::string_view{"picture"})));
}

TEST_F(ResultSink, HandsInWhenItIsToldNowhereElse) {
  sink.aim(to_text({.handing_in = "http://127.0.0.1:1", .owner = "0123"}));
  EXPECT_FALSE(store("picture"));
}

TEST_F(ResultSink, GoesOnWhenItsHeadIsBack) {
  sink.aim(to_text(places()));
  ASSERT_TRUE(store("one"));
  sink.aim(to_text(places()));
  EXPECT_TRUE(store("two"));
}

TEST_F(ResultSink, HandsInWhenTheFolderIsNotThereAnyMore) {
  const auto told = places();
  sink.aim(to_text(told));
  ASSERT_TRUE(store("one"));
  std::filesystem::remove(folder.path() / ".pixmill-head-0123");
  sink.aim(to_text(told));
  EXPECT_FALSE(store("two"));
}

TEST_F(ResultSink, HandsInWhatTheFolderRefuses) {
  sink.aim(to_text(places()));
  std::filesystem::remove_all(folder.path() / "tmp-shared");
  const auto key = store("picture");
  ASSERT_FALSE(key) << "nobody takes it";
  EXPECT_TRUE(persistence::can_wait(key.error())) << context_of(key.error());
}

TEST_F(ResultSink, AssuresWhatIsThereAndNothingElse) {
  sink.aim(to_text(places()));
  const auto key = store("picture");
  ASSERT_TRUE(key);
  const auto there = assure(key->sha256);
  ASSERT_TRUE(there) << context_of(there.error());
  EXPECT_TRUE(there->by_node);
  EXPECT_FALSE(assure(std::string(64, 'a')));
}

} // namespace
} // namespace pixmill::cluster
