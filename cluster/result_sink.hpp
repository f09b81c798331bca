#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cluster/direct_store.hpp"
#include "cluster/result_places.hpp"
#include "cluster/upload_sink.hpp"
#include "persistence/object_sink.hpp"
#include "persistence/store_writer.hpp"

namespace pixmill::cluster {

/// Takes the results of a node to where its head wants them: into the head's
/// store itself where the node can reach it, else to the head.
///
/// While the store does not answer, its images wait. One that the store refuses
/// for good is handed in at the head.
class result_sink final : public persistence::object_sink {
public:
  /// @param host Of the head, as this node knows it.
  result_sink(const std::string& host, direct_settings own);
  ~result_sink() override;
  result_sink(const result_sink&) = delete;
  result_sink& operator=(const result_sink&) = delete;

  /// Says where results go, as `to_text(result_places)` puts it; waits a little
  /// for the store to be opened.
  void aim(const std::string& text);

  void start(persistence::store_order order, callback done) override;
  void recorded(const std::string& sha256) override;
  void assure(std::string sha256, image_format format, callback done) override;

private:
  /// The head's store, open. Its threads call back, so it ends on another.
  struct way {
    explicit way(direct_store opened)
        : store{std::move(opened)},
          writer{*store.objects, store.threads,
                 persistence::store_writer::owner::there} {}

    direct_store store;
    persistence::store_writer writer;
  };

  void find_ways();
  void look(std::unique_lock<std::mutex>& lock);
  void say(const std::string& what);
  callback or_hand_in(persistence::store_order order, callback done);

  const direct_settings own_;
  upload_sink upload_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<result_places> wanted_; ///< Not looked for yet.
  result_places places_;                ///< Of `way_`.
  std::shared_ptr<way> way_;            ///< Null: results are handed in.
  std::string said_;                    ///< In the log, last.
  bool again_ = false;                  ///< It may be there later.
  bool closing_ = false;
  std::thread finder_;
};

} // namespace pixmill::cluster
