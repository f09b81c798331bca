#include "http/gate_connection.hpp"

#include <unistd.h>

namespace pixmill::http {

connection::connection(int client, byte_budget& budget)
    : socket{client}, memory{budget} {}

connection::~connection() {
  ::close(socket);
}

} // namespace pixmill::http
