#pragma once

namespace pixmill::cluster {

/// Has the program call OpenSSL's input and output only with an empty queue of
/// errors, as its manual demands and CAF forgets: else one stranger's failed
/// handshake cuts off every node, for all sockets share a thread and its queue.
/// Being linked is all that it takes; called so that it is.
/// @see SSL_get_error(3ssl)
void keep_tls_errors_apart();

} // namespace pixmill::cluster
