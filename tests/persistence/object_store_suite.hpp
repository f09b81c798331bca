#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

#include "persistence/object_store.hpp"

namespace pixmill::persistence::test {

/// Where the objects of one test are: empty at first, gone at the end.
class store_place {
public:
  virtual ~store_place() = default;

  /// Opens the store there, as a process that starts does.
  virtual std::unique_ptr<object_store> open() = 0;
};

/// What a kind of store is called, and how a place for one is made.
struct store_kind_under_test {
  std::string name;
  std::function<std::unique_ptr<store_place>()> make;
};

inline void PrintTo(const store_kind_under_test& x, std::ostream* out) {
  *out << x.name;
}

/// What every object store promises. Each kind instantiates it.
class ObjectStore : public testing::TestWithParam<store_kind_under_test> {
protected:
  std::unique_ptr<object_store> opened() {
    auto store = place->open();
    EXPECT_NE(store, nullptr);
    return store;
  }

  std::unique_ptr<store_place> place = GetParam().make();
};

} // namespace pixmill::persistence::test
