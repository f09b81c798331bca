#include "persistence/directory_store.hpp"
#include "tests/persistence/object_store_suite.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence::test {
namespace {

using opener =
  caf::expected<std::unique_ptr<directory_store>> (*)(std::filesystem::path);

/// A folder on a disk, or on one whose files are synced one by one; of this
/// process, or of a head elsewhere.
class folder_place final : public store_place {
public:
  folder_place(const char* parent, opener how) : folder_{parent}, how_{how} {}

  std::unique_ptr<object_store> open() override {
    auto store = how_(folder_.path() / "images");
    return store ? std::move(*store) : nullptr;
  }

private:
  pixmill::test::temporary_folder folder_;
  opener how_;
};

store_kind_under_test in(const char* name, const char* parent,
                         opener how = directory_store::open) {
  return {.name = name, .make = [parent, how] {
            return std::make_unique<folder_place>(parent, how);
          }};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
  Directory, ObjectStore,
  testing::Values(in("disk", "/var/tmp"), in("memory", "/dev/shm"),
                  in("shared", "/var/tmp", directory_store::open_shared)),
  [](const auto& each) { return each.param.name; });

} // namespace pixmill::persistence::test
