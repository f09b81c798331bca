#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/client.hpp"
#include "cli/exit_code.hpp"
#include "cli/service.hpp"
#include "tests/cli/fake_service.hpp"
#include "tests/cli/scratch_folder.hpp"

namespace pixmill::cli {

/// Calls client verbs on a fake service; no pause takes any time.
class client_calling : public testing::Test {
protected:
  int call(const client_options& options, bool live = false) {
    out_.str({});
    err_.str({});
    service server{{.url = fake.url(), .token = "secret"},
                   [this](std::chrono::milliseconds pause) {
                     if (pause.count() > 0)
                       pauses.push_back(pause);
                     return leaves_after > 0 && pause.count() > 0
                            && static_cast<int>(pauses.size()) >= leaves_after;
                   }};
    return client(options, server, {.out = out_, .err = err_}, live);
  }

  std::string out() const {
    return out_.str();
  }

  std::string err() const {
    return err_.str();
  }

  fake_service fake;
  scratch_folder folder;
  std::vector<std::chrono::milliseconds> pauses; ///< Those that were made.
  int leaves_after = 0; ///< The pause in which the user leaves; 0: never.

private:
  std::ostringstream out_;
  std::ostringstream err_;
};

/// Returns the status of job_1, as a server tells it.
inline std::string job_json(const std::string& state, int done, int failed,
                            const std::string& more = {}) {
  return R"({"id":"job_1","name":"spring","state":")" + state
         + R"(","attempt":1,"progress":{"total":10,"done":)"
         + std::to_string(done) + R"(,"kept_original":0,"failed":)"
         + std::to_string(failed)
         + R"(,"skipped":0,"canceled":0,"active":2,"pending":1},)"
         + R"("bytes":{"in":2000000,"out":1000000},"failures":{)"
         + (failed > 0 ? R"("http_404":)" + std::to_string(failed) : "") + "}"
         + more + "}";
}

} // namespace pixmill::cli
