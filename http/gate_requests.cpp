#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/eventfd.h>
#include <sys/socket.h>

#include "http/gate_loop.hpp"
#include "http/request_metrics.hpp"
#include "telemetry/log.hpp"

namespace pixmill::http {

using std::chrono::milliseconds;

namespace {

/// Heads up to this length are not counted, so that health is answered even
/// while long heads have used up their budget.
constexpr std::size_t free_head_bytes = 1u << 10;

/// How many pauses of different lengths there are.
constexpr int refusal_steps = 64;

/// Bodies up to this length are taken in before anybody looks at the request.
constexpr std::uint64_t cheap_body_bytes = 64u << 10;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";

constexpr refusal queue_full{503, "overloaded",
                             "Too many requests wait for an answer."};
constexpr refusal streams_full{503, "streams-exhausted",
                               "Too many event streams are open."};
constexpr refusal no_memory{503, "overloaded",
                            "Too many requests are on their way."};
constexpr refusal no_spool{503, "overloaded",
                           "Too many large bodies are on their way."};
constexpr refusal no_disk{507, "insufficient-storage",
                          "The body could not be stored."};

/// How long `bytes` take at `rate` bytes a second.
milliseconds time_for(std::uint64_t bytes, std::uint32_t rate) {
  return milliseconds{static_cast<std::int64_t>(
    bytes * 1'000 / std::max<std::uint64_t>(1, rate))};
}

} // namespace

void gate_loop::receive(connection& whose) {
  const auto bytes = read_once(whose);
  // One read a turn: a fast upload must not keep the others waiting.
  if (bytes && take(whose, *bytes))
    again_.push_back(whose.socket);
}

/// Reads what there is, up to the size of the buffer.
/// @returns Nothing when there is nothing, or the client has closed.
std::optional<std::string_view> gate_loop::read_once(connection& whose) {
  ssize_t got = 0;
  do
    got = ::recv(whose.socket, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  while (got < 0 && errno == EINTR);
  if (got > 0)
    return std::string_view{buffer_.data(), static_cast<std::size_t>(got)};
  if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
    close(whose);
  return std::nullopt;
}

/// Reads on in the request of `whose`.
/// @returns False when it has gone elsewhere, and nothing more is to be read.
bool gate_loop::take(connection& whose, std::string_view bytes) {
  if (whose.at == phase::idle && !bytes.empty()) {
    whose.head.emplace(head_limits{.max_bytes = settings_.max_head_bytes,
                                   .max_lines = settings_.max_head_lines});
    set_phase(whose, phase::head);
  }
  if (whose.at == phase::head && !take_head(whose, bytes))
    return false;
  if (whose.at == phase::body)
    return take_body(whose, bytes);
  return true;
}

bool gate_loop::take_head(connection& whose, std::string_view& bytes) {
  const auto step = whose.head->feed(bytes);
  bytes.remove_prefix(step.used);
  if (step.state == framing::refused) {
    refuse(whose, whose.head->why());
    return false;
  }
  if (!hold(whose, whose.head->held()))
    return false;
  if (step.state == framing::more)
    return true;
  const auto& head = whose.head->head();
  if (!screened(whose))
    return false;
  whose.body.emplace(head, settings_.max_body_bytes);
  whose.content = std::make_unique<spool>(room_);
  set_phase(whose, phase::body);
  if (head.expects_continue && bytes.empty()
      && whose.body->state() == framing::more)
    ::send(whose.socket, go_on.data(), go_on.size(),
           MSG_NOSIGNAL | MSG_DONTWAIT);
  return true;
}

/// Refuses `whose` before its body is stored, where that is known already. A
/// short body is not worth it: its connection stays open.
bool gate_loop::screened(connection& whose) {
  const auto& head = whose.head->head();
  if (!screen_
      || (!head.chunked && head.content_length.value_or(0) <= cheap_body_bytes))
    return true;
  const auto answer = screen_(head);
  if (answer)
    refuse(whose, *answer);
  return !answer;
}

/// Charges the budget of heads with `bytes`; refuses `whose` if it is used up.
bool gate_loop::hold(connection& whose, std::size_t bytes) {
  if (whose.memory.resize(bytes > free_head_bytes ? bytes : 0))
    return true;
  refuse(whose, no_memory);
  return false;
}

bool gate_loop::take_body(connection& whose, std::string_view& bytes) {
  auto state = whose.body->state();
  while (state == framing::more && !bytes.empty()) {
    const auto step = whose.body->feed(bytes);
    state = step.state;
    bytes.remove_prefix(step.used);
    if (!store(whose, step.content))
      return false;
  }
  if (state == framing::refused) {
    refuse(whose, whose.body->why());
    return false;
  }
  if (state == framing::whole) {
    dispatch(whose, bytes);
    return false;
  }
  set_deadline(whose,
               whose.body_begun + settings_.body_grace
                 + time_for(whose.content->size(), settings_.min_body_rate));
  return true;
}

bool gate_loop::store(connection& whose, std::string_view bytes) {
  if (bytes.empty())
    return true;
  switch (whose.content->append(bytes)) {
  case spool_state::stored:
    return true;
  case spool_state::no_room:
    refuse(whose, no_spool);
    return false;
  case spool_state::disk_full:
    refuse(whose, no_disk);
    return false;
  }
  return false;
}

/// Hands a whole request to a worker.
/// @param rest What came after it: the beginning of the next ones.
void gate_loop::dispatch(connection& whose, std::string_view rest) {
  const auto& head = whose.head->head();
  const auto where = lane_of_(head);
  if (!hold(whose, whose.head->held() + rest.size()))
    return;
  whose.inbound = rest;
  whose.current = std::make_unique<exchange>(
    whose.socket, head, std::move(whose.content), where,
    head.keep_alive && !draining(), settings_, memory_);
  set_phase(whose, phase::answering);
  auto& pool = where == lane::urgent   ? urgent_
               : where == lane::stream ? streams_
                                       : ordinary_;
  if (!pool.try_submit(whose))
    refuse_later(whose, where == lane::stream ? streams_full : queue_full);
}

/// Runs on a worker.
void gate_loop::work(connection& whose) {
  try {
    answer_(*whose.current);
  } catch (const std::exception& bug) {
    telemetry::log(telemetry::log_level::error,
                   std::string{"http: an answer broke off: "} + bug.what());
    whose.current->fail();
  }
  {
    const std::lock_guard lock{answered_mutex_};
    answered_.push_back(&whose);
  }
  ::eventfd_write(wake_, 1);
}

void gate_loop::take_back() {
  std::vector<connection*> answered;
  {
    const std::lock_guard lock{answered_mutex_};
    answered.swap(answered_);
  }
  for (auto* whose : answered)
    finish(*whose);
}

void gate_loop::finish(connection& whose) {
  if (whose.current->failed())
    return close(whose);
  if (whose.current->kept_bytes() == 0)
    return next_request(whose);
  set_phase(whose, phase::flushing);
  set_deadline(
    whose, clock::now() + settings_.write_grace
             + time_for(whose.current->kept_bytes(), settings_.min_write_rate));
  flush(whose);
}

void gate_loop::flush(connection& whose) {
  if (!whose.current->flush())
    return close(whose);
  if (whose.current->kept_bytes() == 0)
    next_request(whose);
}

void gate_loop::next_request(connection& whose) {
  const auto keep_alive = whose.current->keep_alive();
  whose.current.reset();
  whose.head.reset();
  whose.body.reset();
  if (!keep_alive || drain_begun_) {
    ::shutdown(whose.socket, SHUT_WR);
    return linger(whose);
  }
  const auto rest = std::exchange(whose.inbound, {});
  whose.memory.resize(0);
  set_phase(whose, phase::idle);
  if (take(whose, rest))
    // An edge while it was answered went unseen.
    again_.push_back(whose.socket);
}

/// Refuses after a pause, without keeping the request: clients that come back
/// as soon as they are refused would otherwise keep the loop from the others.
void gate_loop::refuse_later(connection& whose, const refusal& why) {
  forget_request(whose);
  whose.why = &why;
  set_phase(whose, phase::refused);
}

/// Those who came together are not sent away together, lest they come back so.
milliseconds gate_loop::pause_of_refusal() {
  refused_ = (refused_ + 1) % refusal_steps;
  return settings_.refusal_pause
         + settings_.refusal_pause * refused_ / refusal_steps;
}

void gate_loop::refuse(connection& whose, const refusal& why) {
  request_metrics::instance().count_refusal(why.code);
  refuse(whose, problem_answer(why, settings_.retry_after));
}

void gate_loop::refuse(connection& whose, const std::string& answer) {
  ::send(whose.socket, answer.data(), answer.size(),
         MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(whose.socket, SHUT_WR);
  linger(whose);
}

/// Waits for the client to close: closing at once while it still sends would
/// take back what was said.
void gate_loop::linger(connection& whose) {
  forget_request(whose);
  set_phase(whose, phase::lingering);
  again_.push_back(whose.socket);
}

void gate_loop::forget_request(connection& whose) {
  whose.current.reset();
  whose.head.reset();
  whose.body.reset();
  whose.content.reset();
  whose.inbound = {};
  whose.memory.resize(0);
}

void gate_loop::discard(connection& whose) {
  if (read_once(whose))
    again_.push_back(whose.socket);
}

} // namespace pixmill::http
