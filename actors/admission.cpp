#include "actors/admission.hpp"

#include "model/errc.hpp"

namespace pixmill::actors {

caf::error admission::check(const std::string& tenant) const {
  const std::lock_guard lock{mutex_};
  return room(tenant);
}

caf::error admission::take(const std::string& tenant) {
  const std::lock_guard lock{mutex_};
  if (auto full = room(tenant))
    return full;
  ++waiting_;
  ++of_tenant_[tenant];
  return {};
}

void admission::add(const std::string& tenant) {
  const std::lock_guard lock{mutex_};
  ++waiting_;
  ++of_tenant_[tenant];
}

void admission::leave(const std::string& tenant) {
  const std::lock_guard lock{mutex_};
  --waiting_;
  const auto i = of_tenant_.find(tenant);
  if (--i->second == 0)
    of_tenant_.erase(i);
}

caf::error admission::room(const std::string& tenant) const {
  if (waiting_ >= most_waiting_)
    return make_error(errc::queue_full,
                      std::to_string(waiting_) + " jobs wait for their turn");
  const auto i = of_tenant_.find(tenant);
  if (most_of_tenant_ > 0 && i != of_tenant_.end()
      && i->second >= most_of_tenant_)
    return make_error(errc::tenant_queue_full,
                      std::to_string(i->second)
                        + " jobs of this tenant wait for their turn");
  return {};
}

} // namespace pixmill::actors
