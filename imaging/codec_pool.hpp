#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <caf/expected.hpp>

#include "imaging/codec_sandbox.hpp"
#include "imaging/compressor.hpp"
#include "imaging/settings.hpp"
#include "model/flow_queue.hpp"

namespace pixmill::imaging {

/// Compresses images somewhere else: what an IMAGE actor needs of codecs.
class codec {
public:
  using ticket = std::uint64_t;
  using callback = std::function<void(caf::expected<compressed_image>)>;

  virtual ~codec() = default;

  /// Queues one image and returns at once.
  /// @param flow Flows take turns where images wait.
  /// @param source Kept alive until `done` has been called.
  /// @param done Called exactly once, on a thread of the codec's, also after
  ///             `cancel` (with `errc::canceled`); must not block long.
  virtual ticket start(std::shared_ptr<const std::string> source,
                       const compress_goal& goal, flow_id flow,
                       callback done) = 0;

  /// Drops a queued image, or kills the process that works on it.
  virtual void cancel(ticket which) = 0;
};

/// What the pool is doing, for people and metrics.
struct codec_load {
  std::uint32_t processes = 0;
  std::uint32_t busy = 0;
  std::uint64_t queued = 0;
  std::uint64_t finished = 0;
  std::uint64_t crashes = 0;
  std::uint64_t recycled = 0;
  sandbox_gaps gaps = 0; ///< Of any process that has answered so far.
};

/// A pool of processes, each `pixmill --codec` exec'ed with one end of a
/// socket pair and a shared memory file, each working on one image at a time.
///
/// A process that dies costs one retry of its image in a fresh process; the
/// second death is `errc::decoder_crash`. One that passes its deadline is
/// killed: `errc::timeout` is for the network, so this is `decoder_crash` too,
/// with a detail that says so.
class codec_pool final : public codec {
public:
  /// @param program Path of the `pixmill` binary.
  static caf::expected<std::unique_ptr<codec_pool>>
  create(const imaging_settings& settings, std::string program);
  ~codec_pool() override;

  ticket start(std::shared_ptr<const std::string> source,
               const compress_goal& goal, flow_id flow, callback done) override;
  void cancel(ticket which) override;
  codec_load load() const;

private:
  class impl;
  explicit codec_pool(std::unique_ptr<impl> inner);
  std::unique_ptr<impl> impl_;
};

/// Runs the codec process: the whole of `pixmill --codec`.
/// @param descriptor The inherited end of the socket pair.
/// @returns The process's exit code.
int run_codec_process(int descriptor);

} // namespace pixmill::imaging
