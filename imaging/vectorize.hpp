#pragma once

/// Compiles a function for AVX2 as well and picks at start-up. Not under
/// sanitizers, whose run time is not ready when the loader picks.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)                      \
  && !defined(__SANITIZE_THREAD__)
#define PIXMILL_VECTORIZE __attribute__((target_clones("avx2", "default")))
#else
#define PIXMILL_VECTORIZE
#endif
