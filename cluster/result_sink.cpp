#include "cluster/result_sink.hpp"

#include <chrono>
#include <utility>

#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::cluster {
namespace {

using namespace std::chrono_literals;

using persistence::stored_key;

// Each waits for the head's disk, not for a CPU.
constexpr std::size_t upload_threads = 8;

// How long a node that joins waits for its head's store.
constexpr auto patience = 5s;

// A store that did not answer is looked for again.
constexpr auto look_again = 30s;

} // namespace

result_sink::result_sink(const std::string& host, direct_settings own)
    : own_{std::move(own)}, upload_{host, upload_threads}, finder_{[this] {
        find_ways();
      }} {}

result_sink::~result_sink() {
  std::shared_ptr<way> last;
  {
    const std::lock_guard lock{mutex_};
    closing_ = true;
    last = std::move(way_);
  }
  changed_.notify_all();
  last.reset();
  finder_.join();
}

void result_sink::aim(const std::string& text) {
  auto places = read_result_places(text);
  upload_.aim(places.handing_in);
  std::unique_lock lock{mutex_};
  wanted_ = std::move(places);
  changed_.notify_all();
  changed_.wait_for(lock, patience, [this] { return closing_ || !wanted_; });
}

// -- finding the store --------------------------------------------------------

void result_sink::find_ways() {
  std::unique_lock lock{mutex_};
  while (!closing_) {
    const auto due = [this] { return closing_ || wanted_; };
    if (!again_)
      changed_.wait(lock, due);
    else if (!changed_.wait_for(lock, look_again, due))
      wanted_ = places_;
    if (!closing_)
      look(lock);
  }
}

// Opens the store, or keeps the one that is open if it is the same.
void result_sink::look(std::unique_lock<std::mutex>& lock) {
  auto places = *wanted_;
  const bool same = way_ != nullptr && same_store(places, places_);
  lock.unlock();
  std::shared_ptr<way> found;
  std::string why;
  bool later = false;
  if (!same || !still_marked(places, own_)) {
    if (auto opened = open_direct_store(places, own_)) {
      found = std::make_shared<way>(std::move(*opened));
    } else {
      why = context_of(opened.error());
      later = code_of(opened.error(), errc::store) == errc::store_unavailable;
    }
  }
  const bool kept = same && found == nullptr && why.empty();
  lock.lock();
  if (closing_)
    return;
  auto before = kept ? nullptr : std::exchange(way_, found);
  places_ = places;
  again_ = later;
  // Unless another head has come meanwhile.
  if (wanted_ && to_text(*wanted_) == to_text(places))
    wanted_.reset();
  if (!kept)
    say(way_ ? "this node stores its results itself, in " + way_->store.name
             : "results are handed in at the head: " + why);
  changed_.notify_all();
  // What waits for it is told so, on its own threads.
  lock.unlock();
  before.reset();
  lock.lock();
}

void result_sink::say(const std::string& what) {
  if (std::exchange(said_, what) != what)
    telemetry::log(telemetry::log_level::info, what);
}

// -- storing ------------------------------------------------------------------

void result_sink::start(persistence::store_order order, callback done) {
  const std::lock_guard lock{mutex_};
  if (way_ == nullptr)
    return upload_.start(std::move(order), std::move(done));
  auto what_else = or_hand_in(order, std::move(done));
  way_->writer.start(std::move(order), std::move(what_else));
}

result_sink::callback result_sink::or_hand_in(persistence::store_order order,
                                              callback done) {
  return [this, order = std::move(order),
          done = std::move(done)](caf::expected<stored_key> stored) {
    if (stored || persistence::can_wait(stored.error()))
      return done(std::move(stored));
    // Another store has been opened in its place: the next attempt goes there.
    if (code_of(stored.error(), errc::store) == errc::interrupted)
      return done(
        make_error(errc::store_unavailable, context_of(stored.error())));
    telemetry::log(telemetry::log_level::warning,
                   "an image is handed in at the head: "
                     + context_of(stored.error()));
    upload_.start(order, done);
  };
}

void result_sink::recorded(const std::string& sha256) {
  upload_.recorded(sha256);
}

void result_sink::assure(std::string sha256, image_format format,
                         callback done) {
  const std::lock_guard lock{mutex_};
  if (way_ == nullptr)
    return upload_.assure(std::move(sha256), format, std::move(done));
  auto otherwise = [this, sha256, format,
                    done = std::move(done)](caf::expected<stored_key> found) {
    if (found || persistence::can_wait(found.error()))
      return done(std::move(found));
    upload_.assure(sha256, format, done);
  };
  way_->writer.assure(std::move(sha256), format, std::move(otherwise));
}

} // namespace pixmill::cluster
