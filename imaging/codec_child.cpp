#include "imaging/codec_child.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model/errc.hpp"

namespace pixmill::imaging {

namespace {

using clock = std::chrono::steady_clock;

/// Where the child finds its end of the socket pair.
constexpr int child_descriptor = 3;

constexpr std::size_t smallest_memory = 1 << 20;

/// Memory above this goes when images are small again.
constexpr std::size_t large_memory = 16 << 20;

/// Variables that reach the child; the rest of the environment does not.
constexpr std::array inherited_variables{
  std::string_view("LD_LIBRARY_PATH="), std::string_view("ASAN_OPTIONS="),
  std::string_view("UBSAN_OPTIONS="), std::string_view("LD_PRELOAD=")};

std::vector<std::string> child_environment() {
  std::vector<std::string> result{"LC_ALL=C", "MAGICK_THREAD_LIMIT=1",
                                  "OMP_NUM_THREADS=1",
                                  "OMP_WAIT_POLICY=passive"};
  for (auto** variable = ::environ; variable && *variable; ++variable)
    for (auto name : inherited_variables)
      if (std::string_view(*variable).starts_with(name))
        result.emplace_back(*variable);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (auto& text : texts)
    result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Signals back to their defaults, and a session of its own: Ctrl-C in the
/// terminal is the parent's to handle, and the CPU is shared among sessions.
void set_attributes(posix_spawnattr_t& attributes) {
  sigset_t all;
  sigset_t none;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF
                                          | POSIX_SPAWN_SETSIGMASK
                                          | POSIX_SPAWN_SETSID);
}

int spawn(const std::string& program, int socket, pid_t& pid) {
  std::vector<std::string> words{program, "--codec",
                                 std::to_string(child_descriptor)};
  auto variables = child_environment();
  auto arguments = pointers(words);
  auto environment = pointers(variables);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, socket, child_descriptor);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
                                   O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null",
                                   O_WRONLY, 0);
  // Whatever a library has opened without close-on-exec.
  posix_spawn_file_actions_addclosefrom_np(&actions, child_descriptor + 1);
  set_attributes(attributes);
  auto code = ::posix_spawn(&pid, program.c_str(), &actions, &attributes,
                            arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code;
}

/// Waits until `socket` has something to read or `deadline` passes.
bool readable(int socket, clock::time_point deadline) {
  for (;;) {
    auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    if (left.count() <= 0)
      return false;
    pollfd entry{socket, POLLIN, 0};
    auto wait =
      std::min<std::chrono::milliseconds::rep>(left.count(), INT32_MAX);
    auto count = ::poll(&entry, 1, static_cast<int>(wait));
    if (count > 0)
      return true;
    if (count < 0 && errno != EINTR)
      return true; // The read that follows fails and says so.
  }
}

/// Whether `compress` documents `code`. A process that a picture has taken over
/// would steer the job with others, such as `canceled`.
bool may_report(errc code) {
  switch (code) {
  case errc::not_an_image:
  case errc::unsupported_format:
  case errc::too_many_pixels:
  case errc::too_many_frames:
  case errc::truncated:
  case errc::decode:
  case errc::encode:
    return true;
  default:
    return false;
  }
}

similarity likeness_of(const codec_reply& reply) {
  return {reply.luma_ppm, reply.luma_worst_ppm, reply.chroma_ppm,
          reply.chroma_worst_ppm};
}

bool plausible(const similarity& likeness) {
  constexpr std::uint32_t most = 1'000'000;
  return likeness.luma_ppm <= most && likeness.luma_worst_ppm <= most
         && likeness.chroma_ppm <= most && likeness.chroma_worst_ppm <= most;
}

std::string describe(int status) {
  if (WIFEXITED(status))
    return "exit code " + std::to_string(WEXITSTATUS(status));
  const auto number = WTERMSIG(status);
  std::string result = "signal " + std::to_string(number);
  if (const auto* name = sigabbrev_np(number))
    result.append(" (SIG").append(name).append(")");
  return result;
}

} // namespace

codec_child::~codec_child() {
  end();
}

std::string codec_child::end() {
  std::string cause;
  if (pid_ > 0) {
    // Harmless if it is dying already: the first cause stays.
    ::kill(pid_, SIGKILL);
    int status = 0;
    pid_t waited = 0;
    do
      waited = ::waitpid(pid_, &status, 0);
    while (waited < 0 && errno == EINTR);
    cause = waited < 0 ? "unknown end" : describe(status);
  }
  pid_ = -1;
  // Later than the signal, or it might find time to exit in peace.
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = -1;
  return cause;
}

codec_child::codec_child(codec_child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      socket_(std::exchange(other.socket_, -1)),
      memory_(std::move(other.memory_)), images_(other.images_),
      gaps_(other.gaps_) {}

codec_child& codec_child::operator=(codec_child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(socket_, other.socket_);
  std::swap(memory_, other.memory_);
  std::swap(images_, other.images_);
  std::swap(gaps_, other.gaps_);
  return *this;
}

caf::expected<codec_child> codec_child::start(const std::string& program) {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return make_error(errc::decoder_crash, "no socket for a codec process");
  codec_child child;
  child.socket_ = ends[0];
  auto code = spawn(program, ends[1], child.pid_);
  ::close(ends[1]);
  if (code != 0) {
    child.pid_ = -1;
    return make_error(errc::decoder_crash, "cannot start " + program
                                             + ": error "
                                             + std::to_string(code));
  }
  return child;
}

caf::error codec_child::provide_memory(std::size_t source_bytes, bool& is_new) {
  // An output is never larger than its source.
  auto needed = 2 * output_at(source_bytes);
  auto have = memory_.bytes().size();
  if (needed <= have && (have <= large_memory || needed > have / 8))
    return {};
  auto fresh = shared_memory::create(std::max(needed, smallest_memory));
  if (!fresh)
    return std::move(fresh.error());
  memory_ = std::move(*fresh);
  is_new = true;
  return {};
}

void codec_child::limit_processor(std::chrono::milliseconds timeout) const {
  // From outside: the process itself may not change its limits.
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(pid_, &clock) != 0
      || ::clock_gettime(clock, &used) != 0)
    return;
  // The deadline ends it first, unless it has threads, or nobody watches it.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(timeout).count();
  const rlimit limit{.rlim_cur = static_cast<rlim_t>(used.tv_sec + seconds + 1),
                     .rlim_max = RLIM_INFINITY};
  ::prlimit(pid_, RLIMIT_CPU, &limit, nullptr);
}

codec_answer codec_child::ask(codec_request request, const std::string& source,
                              std::chrono::milliseconds timeout,
                              caf::expected<compressed_image>& result) {
  auto deadline = clock::now() + timeout;
  bool is_new = false;
  if (auto reason = provide_memory(source.size(), is_new)) {
    result = std::move(reason);
    return codec_answer::replied;
  }
  limit_processor(timeout);
  ++images_;
  request.sequence = images_;
  request.source_bytes = source.size();
  // Not std::copy: between two kinds of char it goes byte by byte.
  std::memcpy(memory_.bytes().data(), source.data(), source.size());
  if (!send_packet(socket_, &request, sizeof(request),
                   is_new ? memory_.descriptor() : -1))
    return codec_answer::died;
  if (!readable(socket_, deadline))
    return codec_answer::late;
  codec_reply reply;
  auto got = receive_packet(socket_, &reply, sizeof(reply));
  if (got.descriptor >= 0)
    ::close(got.descriptor);
  if (got.size == 0)
    return codec_answer::died;
  if (got.size != sizeof(reply) || !plausible(request, reply))
    return codec_answer::babbled;
  gaps_ = reply.gaps;
  result = read_reply(reply, source.size());
  return codec_answer::replied;
}

bool codec_child::plausible(const codec_request& request,
                            const codec_reply& reply) const {
  // A process that a picture has taken over can write anything here.
  if (reply.version != wire_version || reply.sequence != request.sequence)
    return false;
  if (reply.failure != 0)
    return may_report(static_cast<errc>(reply.failure));
  // Only a kept original may come without bytes; it need not.
  return reply.output_bytes <= request.source_bytes
         && (reply.output_bytes != 0 || reply.kept_original != 0)
         && reply.format <= static_cast<std::uint8_t>(image_format::bmp)
         && reply.quality <= 100
         && reply.why_format
              <= static_cast<std::uint8_t>(format_reason::compact_source)
         && pixmill::imaging::plausible(likeness_of(reply));
}

caf::expected<compressed_image>
codec_child::read_reply(const codec_reply& reply,
                        std::size_t source_bytes) const {
  if (reply.failure != 0) {
    auto end = std::find(reply.detail.begin(), reply.detail.end(), '\0');
    std::string detail(reply.detail.begin(), end);
    std::replace_if(
      detail.begin(), detail.end(),
      [](char letter) { return letter < ' ' || letter > '~'; }, '?');
    return make_error(static_cast<errc>(reply.failure), std::move(detail));
  }
  auto room = memory_.bytes().subspan(output_at(source_bytes));
  compressed_image image;
  image.bytes.assign(reinterpret_cast<const char*>(room.data()),
                     static_cast<std::size_t>(reply.output_bytes));
  image.format = static_cast<image_format>(reply.format);
  image.why_format = static_cast<format_reason>(reply.why_format);
  image.width = reply.width;
  image.height = reply.height;
  image.quality = reply.quality;
  image.likeness = likeness_of(reply);
  image.kept_original = reply.kept_original != 0;
  image.target_missed = reply.target_missed != 0;
  return image;
}

} // namespace pixmill::imaging
