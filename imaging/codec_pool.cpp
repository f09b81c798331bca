#include "imaging/codec_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include <pthread.h>
#include <unistd.h>

#include "imaging/codec_child.hpp"
#include "model/errc.hpp"
#include "telemetry/log.hpp"

namespace pixmill::imaging {
namespace {

using result = caf::expected<compressed_image>;

// One image that nobody has answered yet.
struct task {
  std::shared_ptr<const std::string> source;
  compress_goal goal;
  flow_id flow = 0;
  codec::callback done;
};

// One thread's image and process, as the other threads see them.
struct slot {
  codec::ticket running = 0; // 0: idle.
  bool canceled = false;     // The image that runs.
  pid_t process = 0;         // What to kill; 0: nothing.
};

// A codec process that is of no use any more.
struct codec_death {
  std::string how = {};       // Empty: its end says it.
  bool worth_retrying = true; // Not for the deadline: it would pass again.
};

using attempt_result = std::variant<result, codec_death>;

result canceled_result() {
  return make_error(errc::canceled);
}

} // namespace

/// One thread per slot does blocking I/O with its process; one more calls back
/// for the queued images that are dropped, so that nobody is called back from
/// within `cancel`.
class codec_pool::impl {
public:
  impl(const imaging_settings& settings, std::string program);
  ~impl();

  ticket start(task work);
  void cancel(ticket which);
  codec_load load() const;

private:
  void run_slot(slot& mine);
  void run_drops();
  result answer(slot& mine, std::optional<codec_child>& process,
                const task& work);
  attempt_result attempt(slot& mine, std::optional<codec_child>& process,
                         const task& work);
  codec_request request_of(const compress_goal& goal) const;
  void note_gaps(sandbox_gaps gaps);
  bool publish(slot& mine, const codec_child& process);
  std::string end(slot& mine, std::optional<codec_child>& process);
  bool settle(slot& mine);

  const imaging_settings settings_;
  const std::string program_;

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable drops_;
  flow_queue turns_; // Of what is in `queue_`.
  std::unordered_map<ticket, task> queue_;
  std::vector<task> dropped_;
  std::vector<slot> slots_;
  codec_load load_;
  ticket last_ticket_ = 0;
  bool stopping_ = false;
  bool slots_joined_ = false;

  std::vector<std::thread> slot_threads_;
  std::thread drop_thread_;
};

codec_pool::impl::impl(const imaging_settings& settings, std::string program)
    : settings_(settings), program_(std::move(program)) {
  slots_.resize(settings.processes != 0
                  ? settings.processes
                  : std::max(1u, std::thread::hardware_concurrency()));
  // Signals are for the thread that waits for them.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  for (auto& mine : slots_)
    slot_threads_.emplace_back([this, &mine] { run_slot(mine); });
  drop_thread_ = std::thread{[this] { run_drops(); }};
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

codec_pool::impl::~impl() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
    for (auto& [id, work] : queue_)
      dropped_.push_back(std::move(work));
    queue_.clear();
    turns_ = {};
    for (auto& each : slots_) {
      each.canceled = true;
      if (each.process != 0)
        ::kill(each.process, SIGKILL);
    }
  }
  work_.notify_all();
  drops_.notify_one();
  for (auto& each : slot_threads_)
    each.join();
  {
    const std::lock_guard lock{mutex_};
    slots_joined_ = true;
  }
  drops_.notify_one();
  drop_thread_.join();
}

codec::ticket codec_pool::impl::start(task work) {
  const std::lock_guard lock{mutex_};
  const auto id = ++last_ticket_;
  if (stopping_) {
    dropped_.push_back(std::move(work));
    drops_.notify_one();
  } else {
    turns_.push(work.flow, id);
    queue_.emplace(id, std::move(work));
    work_.notify_one();
  }
  return id;
}

void codec_pool::impl::cancel(ticket which) {
  const std::lock_guard lock{mutex_};
  if (auto found = queue_.find(which); found != queue_.end()) {
    turns_.remove(found->second.flow, which);
    dropped_.push_back(std::move(found->second));
    queue_.erase(found);
    drops_.notify_one();
    return;
  }
  for (auto& each : slots_) {
    if (which == 0 || each.running != which)
      continue;
    each.canceled = true;
    if (each.process != 0)
      ::kill(each.process, SIGKILL);
  }
}

codec_load codec_pool::impl::load() const {
  const std::lock_guard lock{mutex_};
  auto result = load_;
  result.queued = queue_.size();
  return result;
}

void codec_pool::impl::run_slot(slot& mine) {
  ::pthread_setname_np(::pthread_self(), "codec");
  std::optional<codec_child> process;
  for (;;) {
    task work;
    {
      std::unique_lock lock{mutex_};
      work_.wait(lock, [this] { return stopping_ || !turns_.empty(); });
      if (stopping_)
        break;
      mine.running = *turns_.pop();
      mine.canceled = false;
      work = std::move(queue_.extract(mine.running).mapped());
      ++load_.busy;
    }
    auto outcome = answer(mine, process, work);
    if (!settle(mine)) {
      end(mine, process);
      outcome = canceled_result();
    } else if (process && settings_.recycle_after != 0
               && process->images() >= settings_.recycle_after) {
      end(mine, process);
      const std::lock_guard lock{mutex_};
      ++load_.recycled;
    }
    work.done(std::move(outcome));
  }
  end(mine, process);
}

void codec_pool::impl::run_drops() {
  ::pthread_setname_np(::pthread_self(), "codec-drops");
  std::unique_lock lock{mutex_};
  for (;;) {
    drops_.wait(lock, [this] { return slots_joined_ || !dropped_.empty(); });
    if (dropped_.empty())
      return;
    auto dropped = std::exchange(dropped_, {});
    lock.unlock();
    for (auto& each : dropped)
      each.done(canceled_result());
    dropped.clear();
    lock.lock();
  }
}

result codec_pool::impl::answer(slot& mine, std::optional<codec_child>& process,
                                const task& work) {
  for (bool again = false;; again = true) {
    auto got = attempt(mine, process, work);
    if (auto* answered = std::get_if<result>(&got))
      return std::move(*answered);
    auto& death = std::get<codec_death>(got);
    auto cause = end(mine, process);
    {
      const std::lock_guard lock{mutex_};
      if (mine.canceled)
        return canceled_result();
      ++load_.crashes;
    }
    if (!death.how.empty())
      cause = std::move(death.how);
    if (again || !death.worth_retrying)
      return make_error(errc::decoder_crash, std::move(cause));
  }
}

attempt_result codec_pool::impl::attempt(slot& mine,
                                         std::optional<codec_child>& process,
                                         const task& work) {
  if (!process) {
    auto started = codec_child::start(program_);
    if (!started)
      return codec_death{.how = context_of(started.error())};
    process = std::move(*started);
    if (!publish(mine, *process))
      return codec_death{.how = "canceled"};
  }
  result answered = canceled_result();
  switch (process->ask(request_of(work.goal), *work.source, settings_.timeout,
                       answered)) {
  case codec_answer::replied:
    note_gaps(process->gaps());
    return answered;
  case codec_answer::late:
    return codec_death{.how = "no answer within "
                              + std::to_string(settings_.timeout.count())
                              + " ms",
                       .worth_retrying = false};
  case codec_answer::babbled:
    return codec_death{.how = "nonsensical reply"};
  case codec_answer::died:
    break;
  }
  return codec_death{};
}

codec_request codec_pool::impl::request_of(const compress_goal& goal) const {
  codec_request out;
  out.nice = settings_.nice;
  out.memory_limit = settings_.memory_limit;
  out.goal_value = goal.value;
  out.floor_ssim_ppm = goal.floor_ssim_ppm;
  out.max_edge = goal.max_edge;
  out.max_pixels = settings_.max_pixels;
  out.max_side = settings_.max_side;
  out.max_frames = settings_.max_frames;
  out.target = static_cast<std::uint8_t>(goal.target);
  out.format = static_cast<std::uint8_t>(goal.format);
  out.effort = static_cast<std::uint8_t>(settings_.mode);
  return out;
}

// Says once what the sandbox lacks.
void codec_pool::impl::note_gaps(sandbox_gaps gaps) {
  if (gaps == 0)
    return;
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(load_.gaps, static_cast<sandbox_gaps>(load_.gaps | gaps))
        != 0)
      return;
  }
  telemetry::log(telemetry::log_level::warning,
                 "codec processes are not fully confined: "
                   + describe_gaps(gaps));
}

// Lets `cancel` kill the process. Returns false if that comes too late.
bool codec_pool::impl::publish(slot& mine, const codec_child& process) {
  const std::lock_guard lock{mutex_};
  mine.process = process.pid();
  ++load_.processes;
  return !mine.canceled;
}

std::string codec_pool::impl::end(slot& mine,
                                  std::optional<codec_child>& process) {
  if (!process)
    return {};
  {
    // From here on nobody else may send signals: the id is free once the
    // process has been waited for.
    const std::lock_guard lock{mutex_};
    if (mine.process != 0)
      --load_.processes;
    mine.process = 0;
  }
  auto cause = process->end();
  process.reset();
  return cause;
}

// Closes the window for `cancel`. Returns false if it was used, in which case
// the process may be dying even though it has answered.
bool codec_pool::impl::settle(slot& mine) {
  const std::lock_guard lock{mutex_};
  mine.running = 0;
  --load_.busy;
  if (mine.canceled)
    return false;
  ++load_.finished;
  return true;
}

codec_pool::codec_pool(std::unique_ptr<impl> inner) : impl_(std::move(inner)) {}

codec_pool::~codec_pool() = default;

caf::expected<std::unique_ptr<codec_pool>>
codec_pool::create(const imaging_settings& settings, std::string program) {
  if (::access(program.c_str(), X_OK) != 0)
    return make_error(errc::file_unreadable, program);
  return std::unique_ptr<codec_pool>{
    new codec_pool{std::make_unique<impl>(settings, std::move(program))}};
}

codec::ticket codec_pool::start(std::shared_ptr<const std::string> source,
                                const compress_goal& goal, flow_id flow,
                                callback done) {
  return impl_->start({.source = std::move(source),
                       .goal = goal,
                       .flow = flow,
                       .done = std::move(done)});
}

void codec_pool::cancel(ticket which) {
  impl_->cancel(which);
}

codec_load codec_pool::load() const {
  return impl_->load();
}

} // namespace pixmill::imaging
