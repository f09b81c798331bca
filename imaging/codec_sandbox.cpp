#include "imaging/codec_sandbox.hpp"

#include <array>
#include <cerrno>
#include <memory>

#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace pixmill::imaging {

namespace {

// The socket, the shared memory, the three standard ones, and a spare.
constexpr rlim_t descriptor_limit = 32;

/// What codecs, their threads and their allocator call.
constexpr std::array allowed_calls{
  // Memory.
  SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mprotect),
  SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mincore),
  // Descriptors that are open.
  SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
  SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close), SCMP_SYS(fstat),
  SCMP_SYS(lseek), SCMP_SYS(ftruncate),
  // Time, and what the machine is like.
  SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(clock_nanosleep),
  SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times), SCMP_SYS(nanosleep),
  SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getrandom),
  SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
  SCMP_SYS(getgid), SCMP_SYS(getegid),
  // Threads and signals of its own.
  SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
  SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_getparam),
  SCMP_SYS(sched_getscheduler), SCMP_SYS(rt_sigaction),
  SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
  SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)};

/// What no codec calls, but whoever has taken one over.
constexpr std::array deadly_calls{SCMP_SYS(execve),
                                  SCMP_SYS(execveat),
                                  SCMP_SYS(fork),
                                  SCMP_SYS(vfork),
                                  SCMP_SYS(socket),
                                  SCMP_SYS(socketpair),
                                  SCMP_SYS(connect),
                                  SCMP_SYS(bind),
                                  SCMP_SYS(listen),
                                  SCMP_SYS(accept),
                                  SCMP_SYS(accept4),
                                  SCMP_SYS(ptrace),
                                  SCMP_SYS(process_vm_readv),
                                  SCMP_SYS(process_vm_writev),
                                  SCMP_SYS(kill),
                                  SCMP_SYS(tkill),
                                  SCMP_SYS(bpf),
                                  SCMP_SYS(mount),
                                  SCMP_SYS(unshare),
                                  SCMP_SYS(setns),
                                  SCMP_SYS(init_module),
                                  SCMP_SYS(finit_module),
                                  SCMP_SYS(io_uring_setup)};

struct release_filter {
  void operator()(void* filter) const noexcept {
    ::seccomp_release(filter);
  }
};

bool limit(__rlimit_resource resource, rlim_t value) {
  const rlimit both{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(resource, &both) == 0;
}

/// Rules that look at arguments.
bool add_conditions(scmp_filter_ctx filter) {
  // A thread, not a process. Its flags cannot be seen behind clone3's pointer;
  // without that call, the C library takes clone.
  bool done =
    ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                       SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD))
      == 0
    && ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0)
         == 0;
  // Names of threads.
  done = done
         && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
                               SCMP_A0(SCMP_CMP_EQ, PR_SET_NAME))
              == 0;
  // An open descriptor, not a path.
  done = done
         && ::seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
                               SCMP_A3(SCMP_CMP_EQ, AT_EMPTY_PATH))
              == 0;
  // Only itself: how abort() ends a process.
  return done
         && ::seccomp_rule_add(
              filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
              SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())))
              == 0;
}

bool load_filter() {
  std::unique_ptr<void, release_filter> filter(
    ::seccomp_init(SCMP_ACT_ERRNO(EACCES)));
  if (!filter)
    return false;
  for (auto call : allowed_calls)
    if (::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) != 0)
      return false;
  for (auto call : deadly_calls)
    if (::seccomp_rule_add(filter.get(), SCMP_ACT_KILL_PROCESS, call, 0) != 0)
      return false;
  return add_conditions(filter.get()) && ::seccomp_load(filter.get()) == 0;
}

constexpr sandbox_gaps bit(sandbox_gap gap) {
  return static_cast<sandbox_gaps>(gap);
}

} // namespace

std::string describe_gaps(sandbox_gaps gaps) {
  std::string text;
  auto add = [&](sandbox_gap gap, const char* words) {
    if ((gaps & bit(gap)) == 0)
      return;
    if (!text.empty())
      text += ", ";
    text += words;
  };
  add(sandbox_gap::privileges, "privileges can be gained");
  add(sandbox_gap::system_calls, "system calls are not filtered");
  add(sandbox_gap::memory, "memory is not limited");
  return text;
}

sandbox_gaps limit_resources(std::uint64_t memory_limit) {
  sandbox_gaps gaps = 0;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    gaps |= bit(sandbox_gap::privileges);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, descriptor_limit);
  // AddressSanitizer reserves terabytes.
#ifdef __SANITIZE_ADDRESS__
  memory_limit = 0;
#endif
  if (memory_limit != 0 && !limit(RLIMIT_AS, memory_limit))
    gaps |= bit(sandbox_gap::memory);
  return gaps;
}

sandbox_gaps filter_system_calls() {
  // Sanitizers read files when they report.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static_cast<void>(&load_filter);
  return 0;
#else
  return load_filter() ? 0 : bit(sandbox_gap::system_calls);
#endif
}

} // namespace pixmill::imaging
