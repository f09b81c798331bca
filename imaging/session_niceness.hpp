#pragma once

namespace pixmill::imaging {

/// Makes the session that this process leads as nice as the process.
///
/// Where the kernel shares the CPU among sessions first (autogroup, usual on
/// desktops and servers without cgroups for CPU), a process's niceness counts
/// within its session alone: whoever woke up in another one was measured to
/// wait for up to 200 ms behind two busy codecs.
class session_niceness {
public:
  session_niceness() = default;
  ~session_niceness();
  session_niceness(const session_niceness&) = delete;
  session_niceness& operator=(const session_niceness&) = delete;

  /// Opens what `apply` needs, while files may be opened.
  void prepare(int niceness) noexcept;

  /// Tries once, if it has not succeeded yet: the kernel takes ten such changes
  /// a second from ordinary users, of all processes together.
  void apply() noexcept;

private:
  void close() noexcept;

  int file_ = -1;
  int niceness_ = 0;
};

} // namespace pixmill::imaging
