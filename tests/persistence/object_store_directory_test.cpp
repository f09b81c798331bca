#include "persistence/directory_store.hpp"
#include "tests/persistence/object_store_suite.hpp"
#include "tests/persistence/temporary_folder.hpp"

namespace pixmill::persistence::test {
namespace {

/// A folder on a disk, or on one whose files are synced one by one.
class folder_place final : public store_place {
public:
  explicit folder_place(const char* parent) : folder_{parent} {}

  std::unique_ptr<object_store> open() override {
    auto store = directory_store::open(folder_.path() / "images");
    return store ? std::move(*store) : nullptr;
  }

private:
  pixmill::test::temporary_folder folder_;
};

store_kind_under_test in(const char* name, const char* parent) {
  return {.name = name,
          .make = [parent] { return std::make_unique<folder_place>(parent); }};
}

} // namespace

INSTANTIATE_TEST_SUITE_P(Directory, ObjectStore,
                         testing::Values(in("disk", "/var/tmp"),
                                         in("memory", "/dev/shm")),
                         [](const auto& each) { return each.param.name; });

} // namespace pixmill::persistence::test
