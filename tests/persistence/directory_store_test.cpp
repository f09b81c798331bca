#include "persistence/directory_store.hpp"

#include <cstddef>
#include <fstream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "model/errc.hpp"
#include "model/sha256.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence {
namespace {

namespace fs = std::filesystem;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Calls `work` on a thread where `syncfs` fails with EIO.
/// @returns False when the kernel does not permit that.
template <class Work>
bool with_failing_syncfs(Work work) {
  bool permitted = false;
  std::thread{[&] {
    sock_filter code[]{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_syncfs, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(code), code};
    permitted = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
                && ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
    if (permitted)
      work();
  }}.join();
  return permitted;
}

/// On a disk, and on one whose files are synced one by one.
class DirectoryStore : public testing::TestWithParam<const char*> {
protected:
  std::unique_ptr<directory_store> opened() {
    auto store = directory_store::open(root());
    EXPECT_TRUE(store) << context_of(store.error());
    return store ? std::move(*store) : nullptr;
  }

  fs::path root() const {
    return folder.path() / "images";
  }

  fs::path path_of(const std::string& text,
                   image_format format = image_format::jpeg) const {
    return root() / directory_store::relative_path(sha256_of(text), format);
  }

  static std::size_t files_in(const fs::path& path) {
    return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{path}, fs::directory_iterator{}));
  }

  static void store_all(directory_store& store,
                        std::initializer_list<std::string> texts) {
    for (const auto& text : texts)
      EXPECT_TRUE(store.put(bytes_of(text), image_format::jpeg));
    EXPECT_TRUE(store.sync());
  }

  test::temporary_folder folder{GetParam()};
};

TEST_P(DirectoryStore, PutsAFileUnderItsHash) {
  const auto store = opened();
  const std::string text = "picture";
  const auto key = store->put(bytes_of(text), image_format::png);
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, sha256_of(text));
  EXPECT_TRUE(store->sync());
  EXPECT_TRUE(fs::exists(root() / key->substr(0, 2) / (*key + ".png")));
  EXPECT_EQ(*store->get(*key, image_format::png), text);
}

TEST_P(DirectoryStore, LeavesNoTemporaryFileBehind) {
  const auto store = opened();
  store_all(*store, {"a", "b", "a"});
  EXPECT_EQ(files_in(root() / "tmp"), 0u);
}

TEST_P(DirectoryStore, PutsTheSameBytesOnce) {
  const auto store = opened();
  store_all(*store, {"same"});
  const auto written = fs::last_write_time(path_of("same"));
  store_all(*store, {"same"});
  EXPECT_EQ(fs::last_write_time(path_of("same")), written);
  EXPECT_EQ(files_in(path_of("same").parent_path()), 1u);
}

TEST_P(DirectoryStore, RewritesAFileOfTheWrongSize) {
  const auto store = opened();
  store_all(*store, {"whole"});
  fs::resize_file(path_of("whole"), 2);
  store_all(*store, {"whole"});
  const auto got =
    store->get(sha256_of(std::string_view{"whole"}), image_format::jpeg);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, "whole");
}

TEST_P(DirectoryStore, KeepsWhatAnEarlierProcessStored) {
  store_all(*opened(), {"old"});
  const auto got =
    opened()->get(sha256_of(std::string_view{"old"}), image_format::jpeg);
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, "old");
}

TEST_P(DirectoryStore, NamesNoFileThatIsNotSynced) {
  const auto store = opened();
  EXPECT_TRUE(store->put(bytes_of("new"), image_format::jpeg));
  // Either it waits under its temporary name, or `put` did all itself.
  EXPECT_EQ(files_in(root() / "tmp"), fs::exists(path_of("new")) ? 0u : 1u);
  EXPECT_TRUE(store->sync());
  EXPECT_TRUE(fs::exists(path_of("new")));
}

TEST_P(DirectoryStore, SaysOnTheNextSyncWhatOneCouldNotName) {
  const auto store = opened();
  EXPECT_TRUE(store->put(bytes_of("new"), image_format::jpeg));
  if (fs::exists(path_of("new")))
    GTEST_SKIP() << "put names files itself here";
  fs::create_directory(path_of("new"));
  for (int i = 0; i < 2; ++i) {
    const auto synced = store->sync();
    ASSERT_FALSE(synced);
    EXPECT_EQ(code_of(synced.error(), errc::none), errc::store);
    EXPECT_NE(context_of(synced.error()).find(path_of("new").string()),
              std::string::npos);
  }
  fs::remove(path_of("new"));
  EXPECT_TRUE(store->sync());
  EXPECT_TRUE(fs::is_regular_file(path_of("new")));
}

TEST_P(DirectoryStore, RemovesTheTemporaryFilesOfADeadProcess) {
  opened();
  std::ofstream{root() / "tmp" / "4711.0"} << "half";
  opened();
  EXPECT_EQ(files_in(root() / "tmp"), 0u);
}

TEST_P(DirectoryStore, LeavesTheTemporaryFilesOfALivingProcess) {
  const auto other = opened();
  std::ofstream{root() / "tmp" / "4711.0"} << "half";
  opened();
  EXPECT_EQ(files_in(root() / "tmp"), 1u);
}

TEST_P(DirectoryStore, WritesAnewWhatAFailedSyncMayHaveLost) {
  const auto store = opened();
  for (const auto* text : {"a", "b"})
    EXPECT_TRUE(store->put(bytes_of(text), image_format::jpeg));
  if (!with_failing_syncfs([&] { EXPECT_TRUE(store->sync()); }))
    GTEST_SKIP() << "may not filter system calls here";
  for (const auto* text : {"a", "b"}) {
    const auto got =
      store->get(sha256_of(std::string_view{text}), image_format::jpeg);
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, text);
  }
  EXPECT_EQ(files_in(root() / "tmp"), 0u);
}

TEST_P(DirectoryStore, NeverNamesWhatAFailedSyncHasLost) {
  const auto store = opened();
  EXPECT_TRUE(store->put(bytes_of("good"), image_format::jpeg));
  if (fs::exists(path_of("good")))
    GTEST_SKIP() << "put syncs files itself here";
  for (const auto& entry : fs::directory_iterator{root() / "tmp"})
    std::ofstream{entry.path()} << "lost";
  if (!with_failing_syncfs([&] { EXPECT_FALSE(store->sync()); }))
    GTEST_SKIP() << "may not filter system calls here";
  // The kernel has forgotten the failure by now; the store has not.
  const auto synced = store->sync();
  ASSERT_FALSE(synced);
  EXPECT_EQ(code_of(synced.error(), errc::none), errc::store);
  EXPECT_FALSE(fs::exists(path_of("good")));
  store_all(*store, {"good"});
  EXPECT_TRUE(fs::exists(path_of("good")));
}

TEST_P(DirectoryStore, TakesEmptyAndLargeFiles) {
  const auto store = opened();
  for (const auto size : {0u, 1u, 5'000'000u}) {
    const std::string text(size, 'x');
    const auto key = store->put(bytes_of(text), image_format::webp);
    ASSERT_TRUE(key);
    EXPECT_TRUE(store->sync());
    EXPECT_EQ(*store->get(*key, image_format::webp), text);
  }
}

TEST_P(DirectoryStore, TakesFilesFromManyThreads) {
  const auto store = opened();
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      // The same files from all of them, so that they meet.
      for (int i = 0; i < 100; ++i)
        if (!store->put(bytes_of(std::to_string(i)), image_format::jpeg)
            || (i % 10 == 0 && !store->sync()))
          ++failed;
    });
  for (auto& thread : threads)
    thread.join();
  EXPECT_EQ(failed, 0);
  EXPECT_TRUE(store->sync());
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(fs::exists(path_of(std::to_string(i)))) << i;
  EXPECT_EQ(files_in(root() / "tmp"), 0u);
}

TEST_P(DirectoryStore, NamesThePathThatCannotBeRead) {
  const auto store = opened();
  const std::string key(64, 'a');
  const auto got = store->get(key, image_format::jpeg);
  ASSERT_FALSE(got);
  EXPECT_EQ(code_of(got.error(), errc::none), errc::store);
  EXPECT_NE(context_of(got.error()).find(key), std::string::npos);
}

TEST_P(DirectoryStore, RefusesAKeyThatIsNoHash) {
  const auto store = opened();
  for (const auto* key : {"", "..", "../../etc/passwd"})
    EXPECT_FALSE(store->get(key, image_format::jpeg)) << key;
}

TEST_P(DirectoryStore, RefusesAFolderThatCannotBeMade) {
  std::ofstream{root()} << "a file";
  const auto store = directory_store::open(root());
  ASSERT_FALSE(store);
  EXPECT_EQ(code_of(store.error(), errc::none), errc::file_unwritable);
  EXPECT_NE(context_of(store.error()).find(root().string()), std::string::npos);
}

TEST_P(DirectoryStore, RemovesOnlyWhatNobodyHasPutAndNotReleased) {
  const auto store = opened();
  const auto put = [&] {
    const auto key = store->put(bytes_of("one"), image_format::png);
    EXPECT_TRUE(store->sync());
    return *key;
  };
  const auto key = put();
  const auto removed = [&] { return *store->remove(key, image_format::png); };
  EXPECT_FALSE(removed());
  put();
  store->release(key);
  EXPECT_FALSE(removed()) << "put twice, released once";
  EXPECT_EQ(*store->get(key, image_format::png), "one");
  store->release(key);
  EXPECT_TRUE(removed());
  EXPECT_FALSE(store->get(key, image_format::png));
  EXPECT_TRUE(removed()) << "gone already";
  put();
  EXPECT_EQ(*store->get(key, image_format::png), "one");
}

TEST_P(DirectoryStore, ListsItsObjects) {
  const auto store = opened();
  const auto key = *store->put(bytes_of("one"), image_format::png);
  ASSERT_TRUE(store->sync());
  const auto shard = std::stoul(key.substr(0, 2), nullptr, 16);
  std::ofstream{root() / key.substr(0, 2) / "notes.txt"} << "mine";
  const auto found = store->list(shard);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().sha256, key);
  EXPECT_EQ(found->front().format, image_format::png);
  EXPECT_TRUE(store->list((shard + 1) % 256)->empty());
}

INSTANTIATE_TEST_SUITE_P(Disks, DirectoryStore,
                         testing::Values("/var/tmp", "/dev/shm"));

} // namespace
} // namespace pixmill::persistence
