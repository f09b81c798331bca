#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/net/fetching.hpp"

namespace pixmill::net {
namespace {

pid_t spawn(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const auto& each : words)
    arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  pid_t result = -1;
  if (posix_spawnp(&result, arguments.front(), &actions, nullptr,
                   arguments.data(), environ)
      != 0)
    result = -1;
  posix_spawn_file_actions_destroy(&actions);
  return result;
}

bool run(const std::vector<std::string>& words) {
  const auto child = spawn(words);
  int status = -1;
  return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

// Returns a port that was free a moment ago.
std::uint16_t free_port() {
  return test::loopback_server{[](auto&, const auto&, const auto&) {}}.port();
}

// An nginx that speaks TLS with a certificate of its own making, and HTTP/2 to
// whoever offers it; answers with the protocol it was spoken to in.
class DownloaderHttps : public testing::Test {
protected:
  void SetUp() override {
    auto text =
      (std::filesystem::temp_directory_path() / "pixmill-https-XXXXXX")
        .string();
    folder_ = mkdtemp(text.data());
    if (!run({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
              "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
              "subjectAltName=IP:127.0.0.1", "-keyout", path("key.pem"), "-out",
              certificate()}))
      GTEST_SKIP() << "needs the openssl command";
    for (int attempt = 0; attempt < 5; ++attempt) {
      port_ = free_port();
      write_configuration();
      nginx_ = spawn({"nginx", "-p", folder_.string(), "-c", path("nginx.conf"),
                      "-e", path("error.log")});
      if (nginx_ > 0 && wait_for_nginx())
        return;
    }
    GTEST_SKIP() << "needs the nginx command";
  }

  void TearDown() override {
    if (nginx_ > 0) {
      kill(nginx_, SIGTERM);
      waitpid(nginx_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
  }

  std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }

  std::string certificate() const {
    return path("certificate.pem");
  }

  std::string url() const {
    return "https://127.0.0.1:" + std::to_string(port_) + "/";
  }

  fetch_settings settings() const {
    return test::loopback_settings({port_});
  }

private:
  void write_configuration() const {
    std::ofstream{path("nginx.conf")}
      << "daemon off; master_process off; worker_processes 1;\n"
      << "pid " << path("pid") << "; error_log " << path("error.log") << ";\n"
      << "events { }\nhttp { access_log off;\n"
      << "client_body_temp_path " << path("body") << ";\n"
      << "proxy_temp_path " << path("proxy") << ";\n"
      << "fastcgi_temp_path " << path("fastcgi") << ";\n"
      << "uwsgi_temp_path " << path("uwsgi") << ";\n"
      << "scgi_temp_path " << path("scgi") << ";\n"
      << "server { listen 127.0.0.1:" << port_ << " ssl http2;\n"
      << "ssl_certificate " << certificate() << ";\n"
      << "ssl_certificate_key " << path("key.pem") << ";\n"
      << "location / { return 200 \"$server_protocol $connection\"; } } }\n";
  }

  // Not yet listening counts as `connect`; anything else is an answer.
  bool wait_for_nginx() {
    const auto engine = downloader::create(settings());
    return test::eventually([&] {
             int status = 0;
             if (waitpid(nginx_, &status, WNOHANG) == nginx_) {
               nginx_ = -1;
               return true;
             }
             return test::fetch(**engine, url()).why.code == errc::tls;
           })
           && nginx_ > 0;
  }

  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
  pid_t nginx_ = -1;
};

TEST_F(DownloaderHttps, RefusesCertificatesThatNobodyVouchesFor) {
  const auto engine = downloader::create(settings());
  EXPECT_EQ(test::fetch(**engine, url()).why.code, errc::tls);
}

TEST_F(DownloaderHttps, TrustsTheAuthoritiesOfTheSettingsAndUsesHttp2) {
  auto trusting = settings();
  trusting.ca_file = certificate();
  const auto engine = downloader::create(trusting);
  const auto first = test::fetch(**engine, url());
  ASSERT_TRUE(first.body) << first.why.detail;
  EXPECT_EQ(first.body->substr(0, 9), "HTTP/2.0 ");
  std::vector<std::future<download>> pending;
  pending.reserve(20);
  for (int n = 0; n < 20; ++n)
    pending.push_back(test::begin(**engine, url()).second);
  for (auto& each : pending) {
    const auto got = test::wait(each);
    ASSERT_TRUE(got.body) << got.why.detail;
    EXPECT_EQ(*got.body, *first.body); // over the very same connection
  }
}

} // namespace
} // namespace pixmill::net
