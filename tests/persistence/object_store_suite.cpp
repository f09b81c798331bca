#include "tests/persistence/object_store_suite.hpp"

#include <atomic>
#include <thread>
#include <vector>

#include "model/errc.hpp"
#include "model/sha256.hpp"

namespace pixmill::persistence::test {
namespace {

constexpr auto jpeg = image_format::jpeg;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Stores a text, for good, as the journal does.
std::string stored(object_store& store, std::string_view text,
                   image_format format = jpeg) {
  auto key = store.put(bytes_of(text), format);
  EXPECT_TRUE(key) << context_of(key.error());
  EXPECT_TRUE(store.sync());
  if (!key)
    return {};
  store.release(*key);
  return std::move(*key);
}

std::string text_of(const object_store& store, const std::string& key,
                    image_format format = jpeg) {
  const auto got = store.get(key, format);
  EXPECT_TRUE(got) << context_of(got.error());
  return got ? *got : "";
}

std::string text_of(const object_reader& reader, std::uint64_t from,
                    std::size_t count) {
  std::string out(count, '\0');
  const auto read = reader.read(from, out);
  EXPECT_TRUE(read) << context_of(read.error());
  return out;
}

/// Bytes that tell where they stand.
std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 1;
  for (auto& c : out) {
    state = state * 1'664'525 + 1'013'904'223;
    c = static_cast<char>(state >> 24);
  }
  return out;
}

} // namespace

TEST_P(ObjectStore, FilesContentUnderItsHash) {
  const auto store = opened();
  const auto key = stored(*store, "picture", image_format::png);
  EXPECT_EQ(key, sha256_of(std::string_view{"picture"}));
  EXPECT_EQ(text_of(*store, key, image_format::png), "picture");
}

TEST_P(ObjectStore, KeepsWhatAnEarlierProcessStored) {
  const auto key = stored(*opened(), "old");
  EXPECT_EQ(text_of(*opened(), key), "old");
}

TEST_P(ObjectStore, TakesTheSameBytesAgain) {
  const auto store = opened();
  const auto key = stored(*store, "same");
  EXPECT_EQ(stored(*store, "same"), key);
  EXPECT_EQ(text_of(*store, key), "same");
}

TEST_P(ObjectStore, TellsFormatsApart) {
  const auto store = opened();
  const auto key = stored(*store, "same", image_format::png);
  EXPECT_FALSE(store->get(key, jpeg));
  EXPECT_FALSE(store->open(key, jpeg));
}

TEST_P(ObjectStore, TakesEmptySmallAndLargeObjects) {
  const auto store = opened();
  // The largest is of three parts where that matters, the last of one byte.
  for (const auto size : {std::size_t{0}, std::size_t{1}, std::size_t{300'000},
                          (std::size_t{10} << 20) + 1}) {
    const auto text = pattern(size);
    const auto key = stored(*store, text, image_format::webp);
    EXPECT_TRUE(text_of(*store, key, image_format::webp) == text) << size;
    const auto reader = store->open(key, image_format::webp);
    ASSERT_TRUE(reader) << size;
    EXPECT_EQ((*reader)->size(), size);
  }
}

TEST_P(ObjectStore, ReadsAnyPartOfAnObject) {
  const auto store = opened();
  const auto text = pattern(5'000'000);
  const auto key = stored(*store, text);
  const auto opened_reader = store->open(key, jpeg);
  ASSERT_TRUE(opened_reader);
  const auto& reader = **opened_reader;
  struct part {
    std::size_t from;
    std::size_t count;
  };
  for (const auto [from, count] :
       {part{0, 10}, part{4'999'999, 1}, part{65'536, 65'536}, part{262'143, 2},
        part{100, 4'999'900}, part{3, 0}})
    EXPECT_TRUE(text_of(reader, from, count) == text.substr(from, count))
      << from;
  std::string whole;
  for (std::size_t at = 0; at < text.size();) {
    const auto count = std::min<std::size_t>(70'000, text.size() - at);
    whole += text_of(reader, at, count);
    at += count;
  }
  EXPECT_TRUE(whole == text);
}

TEST_P(ObjectStore, ReadsNothingBeyondTheEnd) {
  const auto store = opened();
  const auto reader = store->open(stored(*store, "short"), jpeg);
  ASSERT_TRUE(reader);
  std::string to(3, '\0');
  for (const auto offset : {3u, 5u, 1'000u}) {
    const auto read = (*reader)->read(offset, to);
    ASSERT_FALSE(read) << offset;
    EXPECT_EQ(code_of(read.error(), errc::none), errc::store);
  }
}

TEST_P(ObjectStore, NamesWhatIsNotThere) {
  const auto store = opened();
  const std::string key(64, 'a');
  const auto got = store->get(key, jpeg);
  ASSERT_FALSE(got);
  EXPECT_EQ(code_of(got.error(), errc::none), errc::store);
  EXPECT_NE(context_of(got.error()).find(key), std::string::npos);
  const auto reader = store->open(key, jpeg);
  ASSERT_FALSE(reader);
  EXPECT_EQ(code_of(reader.error(), errc::none), errc::store);
}

TEST_P(ObjectStore, RefusesAKeyThatIsNoHash) {
  const auto store = opened();
  for (const auto* key : {"", "..", "../../etc/passwd", "ABCDEF"}) {
    EXPECT_FALSE(store->get(key, jpeg)) << key;
    EXPECT_FALSE(store->open(key, jpeg)) << key;
  }
}

TEST_P(ObjectStore, RemovesOnlyWhatWasReleasedAsOftenAsPut) {
  const auto store = opened();
  const auto put = [&] {
    const auto key = store->put(bytes_of("one"), jpeg);
    EXPECT_TRUE(store->sync());
    return *key;
  };
  const auto key = put();
  const auto removed = [&] { return *store->remove(key, jpeg); };
  EXPECT_FALSE(removed());
  put();
  store->release(key);
  EXPECT_FALSE(removed()) << "put twice, released once";
  EXPECT_EQ(text_of(*store, key), "one");
  store->release(key);
  EXPECT_TRUE(removed());
  EXPECT_FALSE(store->get(key, jpeg));
  EXPECT_TRUE(removed()) << "gone already";
  put();
  EXPECT_EQ(text_of(*store, key), "one");
}

TEST_P(ObjectStore, RemovesWhatAnEarlierProcessStored) {
  const auto key = stored(*opened(), "old");
  const auto store = opened();
  EXPECT_TRUE(*store->remove(key, jpeg));
  EXPECT_FALSE(store->get(key, jpeg));
}

TEST_P(ObjectStore, KnowsWhatItContains) {
  const auto store = opened();
  const auto key = stored(*store, "one");
  EXPECT_TRUE(*store->contains(key, jpeg));
  EXPECT_FALSE(*store->contains(key, image_format::png));
  EXPECT_FALSE(*store->contains(std::string(64, 'a'), jpeg));
}

TEST_P(ObjectStore, SparesWhatAnotherProcessHasStored) {
  const auto store = opened();
  const auto key = stored(*opened(), "theirs");
  ASSERT_TRUE(store->adopt(key, jpeg, 6));
  EXPECT_FALSE(*store->remove(key, jpeg));
  EXPECT_EQ(text_of(*store, key), "theirs");
  store->release(key);
  EXPECT_TRUE(*store->remove(key, jpeg));
}

TEST_P(ObjectStore, AdoptsNothingThatIsRemoved) {
  const auto store = opened();
  const auto key = stored(*opened(), "theirs");
  ASSERT_TRUE(*store->remove(key, jpeg));
  EXPECT_FALSE(store->adopt(key, jpeg, 6));
  EXPECT_FALSE(store->adopt("nonsense", jpeg, 6));
  // Nor is it spared then; and what is stored again may be adopted.
  stored(*opened(), "theirs");
  EXPECT_TRUE(*store->remove(key, jpeg));
  stored(*opened(), "theirs");
  EXPECT_TRUE(store->adopt(key, jpeg, 6));
  EXPECT_FALSE(*store->remove(key, jpeg));
}

TEST_P(ObjectStore, ListsTheObjectsOfAShard) {
  const auto store = opened();
  const auto key = stored(*store, "one", image_format::png);
  const auto shard = std::stoul(key.substr(0, 2), nullptr, 16);
  const auto found = store->list(shard);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().sha256, key);
  EXPECT_EQ(found->front().format, image_format::png);
  EXPECT_TRUE(store->list((shard + 1) % object_store::shard_count)->empty());
  EXPECT_TRUE(*store->remove(key, image_format::png));
  EXPECT_TRUE(store->list(shard)->empty());
}

TEST_P(ObjectStore, ServesManyThreads) {
  const auto store = opened();
  std::atomic<int> failed = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      // The same objects from all of them, so that they meet.
      for (int i = 0; i < 8; ++i) {
        const auto text = std::to_string(i);
        const auto key = store->put(bytes_of(text), jpeg);
        if (!key || !store->sync()) {
          ++failed;
          continue;
        }
        // Nobody has released it, so it is there whatever others remove.
        const auto kept = store->remove(*key, jpeg);
        const auto got = store->get(*key, jpeg);
        failed += !kept || *kept || !got || *got != text;
        store->release(*key);
      }
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(failed, 0);
}

TEST_P(ObjectStore, NeverLosesWhatIsPutWhileItIsRemoved) {
  const auto store = opened();
  const auto key = sha256_of(std::string_view{"contended"});
  std::atomic<bool> over = false;
  std::thread remover{[&] {
    while (!over)
      static_cast<void>(store->remove(key, jpeg));
  }};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(store->put(bytes_of("contended"), jpeg));
    EXPECT_TRUE(store->sync());
    EXPECT_EQ(text_of(*store, key), "contended") << i;
    store->release(key);
  }
  over = true;
  remover.join();
}

} // namespace pixmill::persistence::test
