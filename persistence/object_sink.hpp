#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <caf/expected.hpp>

#include "model/image_format.hpp"

namespace pixmill::persistence {

/// One object to be stored.
struct store_order {
  std::shared_ptr<const std::string> bytes; ///< Kept until it is stored.
  image_format format = image_format::unknown;
  std::string permit{}; ///< Of its task, where the store wants one.
};

/// Where an image went.
struct stored_key {
  std::string sha256;
  /// Past the head, which has to be told before it removes the same.
  bool by_node = false;
};

/// Stores images somewhere else than on the caller's thread: what the actors
/// of a node need of the object store.
class object_sink {
public:
  using callback = std::function<void(caf::expected<stored_key>)>;

  virtual ~object_sink() = default;

  /// Queues one object and returns at once.
  /// @param done Gets the object's key or why there is none; called exactly
  ///             once, on a thread of the sink's; must not block. With
  ///             `errc::disk_full` it may be tried again later.
  virtual void start(store_order order, callback done) = 0;

  /// Says that the outcome that names an object is recorded.
  virtual void recorded(const std::string& /*sha256*/) {}

  /// Makes sure that an object is still there whose outcome is not recorded:
  /// the store may have lost it with the process that kept it.
  /// @param done As with `start`.
  virtual void assure(std::string sha256, image_format /*format*/,
                      callback done) {
    done(stored_key{std::move(sha256)});
  }
};

} // namespace pixmill::persistence
