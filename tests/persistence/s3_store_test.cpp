/// The S3 store against a real S3 API, which the environment names: see
/// s3_store_test.py.
#include "persistence/s3_store.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>

#include <unistd.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "persistence/s3_owners.hpp"
#include "tests/persistence/object_store_suite.hpp"

namespace pixmill::persistence::test {
namespace {

using namespace std::chrono_literals;

std::string variable(const char* name) {
  const auto* text = std::getenv(name);
  return text == nullptr ? std::string{} : text;
}

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

net::s3_settings settings_for_test() {
  static std::atomic<int> next = 0;
  net::s3_settings out;
  out.endpoint = variable("PIXMILL_TEST_S3_ENDPOINT");
  out.bucket = variable("PIXMILL_TEST_S3_BUCKET");
  out.access_key = variable("PIXMILL_TEST_S3_ACCESS_KEY");
  out.secret_key = variable("PIXMILL_TEST_S3_SECRET_KEY");
  out.multipart_bytes = 5 << 20;
  out.first_pause = 10ms;
  // A blank and letters beyond ASCII have to be encoded and signed alike.
  out.prefix =
    "test ü/" + std::to_string(::getpid()) + "." + std::to_string(++next) + "/";
  return out;
}

/// A prefix of the bucket; all keys under it are removed in the end.
class prefix_place final : public store_place {
public:
  ~prefix_place() override {
    const auto bucket = net::s3_bucket::open(settings_);
    if (!bucket)
      return;
    while (true) {
      const auto page = (*bucket)->list(settings_.prefix);
      if (!page || page->keys.empty())
        return;
      for (const auto& key : page->keys)
        static_cast<void>((*bucket)->remove(key));
    }
  }

  std::unique_ptr<object_store> open() override {
    auto store = s3_store::open(settings_);
    EXPECT_TRUE(store) << context_of(store.error());
    return store ? std::move(*store) : nullptr;
  }

  const net::s3_settings& settings() const {
    return settings_;
  }

private:
  net::s3_settings settings_ = settings_for_test();
};

class S3Store : public testing::Test {
protected:
  errc code_of_open() {
    const auto store = s3_store::open(settings);
    if (store)
      return errc::none;
    told = context_of(store.error());
    return code_of(store.error(), errc::none);
  }

  prefix_place place;
  net::s3_settings settings = place.settings();
  std::string told;
};

TEST_F(S3Store, RefusesAWrongSecret) {
  settings.secret_key += "x";
  EXPECT_EQ(code_of_open(), errc::store_unavailable);
  EXPECT_NE(told.find("SignatureDoesNotMatch"), std::string::npos) << told;
  EXPECT_EQ(told.find(settings.secret_key), std::string::npos) << told;
}

TEST_F(S3Store, RefusesAWrongSecretForEveryOperation) {
  const auto good = place.open();
  const auto key = *good->put(bytes_of("mine"), image_format::png);
  settings.secret_key += "x";
  auto bucket = net::s3_bucket::open(settings);
  ASSERT_TRUE(bucket);
  s3_store store{std::move(*bucket), settings.prefix};
  const auto refused = [](const auto& answer) {
    return !answer
           && code_of(answer.error(), errc::none) == errc::store_unavailable;
  };
  EXPECT_TRUE(refused(store.put(bytes_of("theirs"), image_format::png)));
  EXPECT_TRUE(refused(store.get(key, image_format::png)));
  EXPECT_TRUE(refused(store.open(key, image_format::png)));
  EXPECT_TRUE(refused(store.remove(key, image_format::png)));
  EXPECT_TRUE(refused(store.list(0)));
  EXPECT_EQ(*good->get(key, image_format::png), "mine");
}

TEST_F(S3Store, RefusesAnAccessKeyThatNobodyHas) {
  settings.access_key = "NOBODY";
  EXPECT_EQ(code_of_open(), errc::store_unavailable);
}

TEST_F(S3Store, NamesABucketThatIsNotThere) {
  settings.bucket = "no-such-bucket";
  EXPECT_EQ(code_of_open(), errc::store_unavailable);
  EXPECT_NE(told.find("no-such-bucket"), std::string::npos) << told;
  EXPECT_NE(told.find("NoSuchBucket"), std::string::npos) << told;
}

TEST_F(S3Store, LeavesTheKeysOfOthersAlone) {
  const auto bucket = net::s3_bucket::open(settings);
  const std::string content = "notes";
  const auto foreign = settings.prefix + "ab/notes.txt";
  ASSERT_TRUE((*bucket)->put(foreign, bytes_of(content), sha256_of(content),
                             "text/plain"));
  const auto store = place.open();
  EXPECT_TRUE(store->list(0xab)->empty());
  EXPECT_EQ(*(*bucket)->get(foreign), "notes");
}

TEST_F(S3Store, PagesThroughAList) {
  const auto bucket = net::s3_bucket::open(settings);
  std::vector<std::string> keys;
  for (const auto* name : {"a", "b & c", "d<e>", "f\"g", "h%2Fi"}) {
    keys.push_back(settings.prefix + name);
    ASSERT_TRUE((*bucket)->put(keys.back(), {}, sha256_of(std::string_view{}),
                               "text/plain"));
  }
  std::vector<std::string> found;
  std::string from;
  std::size_t pages = 0;
  do {
    auto page = (*bucket)->list(settings.prefix, from, 2);
    ASSERT_TRUE(page) << context_of(page.error());
    EXPECT_LE(page->keys.size(), 2u);
    found.insert(found.end(), page->keys.begin(), page->keys.end());
    from = page->next;
  } while (!from.empty() && ++pages < 10);
  EXPECT_EQ(found, keys);
}

TEST_F(S3Store, RefusesContentThatIsNotWhatItsHashSays) {
  const auto bucket = net::s3_bucket::open(settings);
  const auto key = settings.prefix + "damaged";
  const auto stored = (*bucket)->put(key, bytes_of("damaged"),
                                     std::string(64, 'a'), "text/plain");
  EXPECT_FALSE(stored);
  EXPECT_FALSE(*(*bucket)->size(key));
}

TEST_F(S3Store, EndsWhatIsUnderWayWhenInterrupted) {
  const auto store = place.open();
  store->interrupt();
  const auto put = store->put(bytes_of("late"), image_format::png);
  ASSERT_FALSE(put);
  EXPECT_EQ(code_of(put.error(), errc::none), errc::interrupted);
}

class S3Owners : public S3Store {
protected:
  s3_owners owner(const std::string& id) {
    std::shared_ptr<net::s3_bucket> bucket =
      std::move(*net::s3_bucket::open(settings));
    return {bucket, settings.prefix, id,
            [this](auto pause) { waited += pause; }};
  }

  static bool may_remove(const s3_owners& who) {
    const auto done = who.if_sole([] {});
    EXPECT_TRUE(done);
    return done && *done;
  }

  std::chrono::seconds waited{0};
};

TEST_F(S3Owners, MayRemoveWhileTheyAreAlone) {
  const auto mine = owner("1111");
  const auto other = owner("2222");
  EXPECT_FALSE(may_remove(mine));
  ASSERT_TRUE(mine.claim(true));
  EXPECT_EQ(waited, 0s);
  ASSERT_TRUE(mine.claim(false));
  EXPECT_TRUE(may_remove(mine));
  EXPECT_FALSE(may_remove(other));
  ASSERT_TRUE(other.claim(true));
  EXPECT_EQ(waited, s3_owners::time_to_enter);
  EXPECT_FALSE(may_remove(mine));
  EXPECT_FALSE(may_remove(other));
}

TEST_F(S3Owners, AreNotAloneWithImagesOfUnknownOrigin) {
  ASSERT_TRUE(place.open()->put(bytes_of("image"), image_format::png));
  const auto mine = owner("1111");
  ASSERT_TRUE(mine.claim(true));
  EXPECT_FALSE(may_remove(mine));
}

TEST_F(S3Owners, TakeOverImagesOfTheirOwnOlderVersion) {
  ASSERT_TRUE(place.open()->put(bytes_of("image"), image_format::png));
  const auto mine = owner("1111");
  ASSERT_TRUE(mine.claim(false));
  EXPECT_TRUE(may_remove(mine));
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
  S3, ObjectStore,
  testing::Values(store_kind_under_test{
    .name = "swift", .make = [] { return std::make_unique<prefix_place>(); }}),
  [](const auto& each) { return each.param.name; });

} // namespace pixmill::persistence::test
