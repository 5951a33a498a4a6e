#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/env/real_env.h"

namespace sluice {
namespace {

Failure failure(const char* what, const std::string& address) {
  return fail(ErrorCode::NetworkError, "cannot {} `{}`: {}", what, address, std::strerror(errno));
}

// One thread that waits for all sockets and hands the callbacks to the Io pool. Callbacks are one-shot; a listener asks
// again after each. What a callback owns may be a socket, so callbacks are destroyed without the mutex.
class Poller {
 public:
  explicit Poller(Executor& executor)
      : executor_(executor), epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    SLUICE_CHECK(epoll_ >= 0 && wake_ >= 0);
    epoll_event event{.events = EPOLLIN, .data = {.fd = wake_}};
    SLUICE_CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0);
    thread_ = std::thread([this] { loop(); });
  }
  ~Poller() {
    close(epoll_);
    close(wake_);
  }

  // No callback is handed to the executor after this; those that wait are dropped. Sockets may outlive it.
  void stop() {
    stopping_ = true;
    uint64_t one = 1;
    SLUICE_CHECK(write(wake_, &one, sizeof one) == sizeof one);
    thread_.join();
    std::map<int, Interest> dropped;
    std::lock_guard lock(mutex_);
    dropped.swap(interests_);
  }

  void when(int fd, uint32_t events, std::function<void()> ready) {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    Interest& interest = interests_[fd];
    (events == EPOLLIN ? interest.readable : interest.writable) = std::move(ready);
    arm(fd, interest);
  }

  // No callback of this socket starts after forget returned.
  void forget(int fd) {
    std::map<int, Interest>::node_type dropped;
    std::lock_guard lock(mutex_);
    dropped = interests_.extract(fd);
    if (!dropped.empty()) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  }

 private:
  struct Interest {
    std::function<void()> readable, writable;
    bool added = false;
  };

  void arm(int fd, Interest& interest) {
    uint32_t events = EPOLLONESHOT;
    if (interest.readable) events |= EPOLLIN | EPOLLRDHUP;
    if (interest.writable) events |= EPOLLOUT;
    epoll_event event{.events = events, .data = {.fd = fd}};
    SLUICE_CHECK(epoll_ctl(epoll_, interest.added ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0);
    interest.added = true;
  }

  void loop() {
    epoll_event events[64];
    while (!stopping_) {
      int count = epoll_wait(epoll_, events, 64, -1);
      std::lock_guard lock(mutex_);
      for (int i = 0; i < count; ++i) {
        auto found = interests_.find(events[i].data.fd);
        if (found != interests_.end()) dispatch(found->first, found->second, events[i].events);
      }
    }
  }

  void dispatch(int fd, Interest& interest, uint32_t events) {
    bool broken = (events & (EPOLLHUP | EPOLLERR)) != 0;
    if (interest.readable && (broken || (events & (EPOLLIN | EPOLLRDHUP)) != 0)) {
      executor_.submit(Executor::Pool::Io, std::exchange(interest.readable, nullptr));
    }
    if (interest.writable && (broken || (events & EPOLLOUT) != 0)) {
      executor_.submit(Executor::Pool::Io, std::exchange(interest.writable, nullptr));
    }
    if (interest.readable || interest.writable) arm(fd, interest);
  }

  Executor& executor_;
  int epoll_;
  int wake_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::map<int, Interest> interests_;
  std::thread thread_;
};

class RealConnection final : public Connection {
 public:
  RealConnection(int fd, std::shared_ptr<Poller> poller) : fd_(fd), poller_(std::move(poller)) {}
  ~RealConnection() override {
    poller_->forget(fd_);
    close(fd_);
  }

  Result<size_t> read(char* out, size_t size) override {
    ssize_t got = recv(fd_, out, size, 0);
    if (got > 0) return static_cast<size_t>(got);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return size_t{0};
    return fail(ErrorCode::NetworkError, "the peer closed the connection{}{}", got < 0 ? ": " : "",
                got < 0 ? std::strerror(errno) : "");
  }
  Result<size_t> write(std::string_view data) override {
    ssize_t sent = send(fd_, data.data(), data.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return size_t{0};
    return fail(ErrorCode::NetworkError, "cannot send: {}", std::strerror(errno));
  }
  void when_readable(std::function<void()> ready) override { poller_->when(fd_, EPOLLIN, std::move(ready)); }
  void when_writable(std::function<void()> ready) override { poller_->when(fd_, EPOLLOUT, std::move(ready)); }

 private:
  int fd_;
  std::shared_ptr<Poller> poller_;
};

class RealListener final : public Listener {
 public:
  RealListener(int fd, std::shared_ptr<Poller> poller) : shared_(std::make_shared<Shared>(fd, std::move(poller))) {}
  ~RealListener() override {
    std::lock_guard lock(shared_->mutex);
    shared_->open = false;
    shared_->poller->forget(shared_->fd);
    close(shared_->fd);
  }
  void on_connection(std::function<void(std::unique_ptr<Connection>)> accepted) override {
    shared_->accepted = std::move(accepted);
    wait(shared_);
  }

 private:
  struct Shared {
    Shared(int descriptor, std::shared_ptr<Poller> p) : fd(descriptor), poller(std::move(p)) {}
    int fd;
    std::shared_ptr<Poller> poller;
    std::mutex mutex;
    bool open = true;
    std::function<void(std::unique_ptr<Connection>)> accepted;
  };

  static void wait(const std::shared_ptr<Shared>& shared) {
    shared->poller->when(shared->fd, EPOLLIN, [shared] { accept_all(shared); });
  }
  static void accept_all(const std::shared_ptr<Shared>& shared) {
    std::lock_guard lock(shared->mutex);
    if (!shared->open) return;
    for (;;) {
      int fd = accept4(shared->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) break;
      shared->accepted(std::make_unique<RealConnection>(fd, shared->poller));
    }
    wait(shared);
  }

  std::shared_ptr<Shared> shared_;
};

// An address ready for bind or connect: "unix:/path" or "host:port".
struct SocketAddress {
  SocketAddress() = default;
  SocketAddress(SocketAddress&& other) noexcept
      : family(other.family), storage(other.storage), size(other.size), directory(std::exchange(other.directory, -1)) {}
  ~SocketAddress() {
    if (directory >= 0) close(directory);
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  const char* path() const { return reinterpret_cast<const sockaddr_un*>(&storage)->sun_path; }

  int family = AF_UNSPEC;
  sockaddr_storage storage{};
  socklen_t size = 0;
  int directory = -1;  // Kept open while the address goes through it.
};

// A socket's path has some hundred bytes at most; a longer one is named through its open directory.
Result<std::string> shortened(const std::string& path, SocketAddress& out) {
  if (path.size() < sizeof(sockaddr_un::sun_path)) return path;
  size_t slash = path.rfind('/');
  std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  out.directory = open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (out.directory < 0) return failure("open the directory of", path);
  std::string name = fmt::format("/proc/self/fd/{}/{}", out.directory, path.substr(slash + 1));
  if (name.size() < sizeof(sockaddr_un::sun_path)) return name;
  return fail(ErrorCode::NetworkError, "the name of socket `{}` is too long", path);
}

Result<SocketAddress> resolve_unix(const std::string& path) {
  SocketAddress out;
  SLUICE_TRY(std::string name, shortened(path, out));
  auto* address = reinterpret_cast<sockaddr_un*>(&out.storage);
  address->sun_family = AF_UNIX;
  std::memcpy(address->sun_path, name.c_str(), name.size() + 1);
  out.family = AF_UNIX;
  out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size() + 1);
  return out;
}

Result<SocketAddress> resolve(const std::string& address) {
  if (address.starts_with("unix:")) return resolve_unix(address.substr(5));
  SocketAddress out;
  size_t colon = address.rfind(':');
  if (colon == std::string::npos) return fail(ErrorCode::NetworkError, "address `{}` has no port", address);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::string host = address.substr(0, colon), port = address.substr(colon + 1);
  if (int error = getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return fail(ErrorCode::NetworkError, "cannot resolve `{}`: {}", address, gai_strerror(error));
  }
  std::memcpy(&out.storage, found->ai_addr, found->ai_addrlen);
  out.family = found->ai_family;
  out.size = found->ai_addrlen;
  freeaddrinfo(found);
  return out;
}

class SocketNetwork final : public RealNetwork {
 public:
  explicit SocketNetwork(Executor& executor) : poller_(std::make_shared<Poller>(executor)) {}
  void stop() override { poller_->stop(); }

  Result<std::unique_ptr<Listener>> listen(const std::string& address) override {
    SLUICE_TRY(SocketAddress resolved, resolve(address));
    if (resolved.family == AF_UNIX) unlink(resolved.path());
    int fd = socket(resolved.family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure("listen on", address);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    // Nobody can connect before `listen`, and then only the owner of a unix socket can.
    bool is_bound = bind(fd, resolved.get(), resolved.size) == 0 &&
                    (resolved.family != AF_UNIX || chmod(resolved.path(), S_IRUSR | S_IWUSR) == 0);
    if (!is_bound || ::listen(fd, 128) != 0) {
      Failure failed = failure("listen on", address);
      close(fd);
      return failed;
    }
    return std::unique_ptr<Listener>(std::make_unique<RealListener>(fd, poller_));
  }

  Result<std::unique_ptr<Connection>> connect(const std::string& address) override {
    SLUICE_TRY(SocketAddress resolved, resolve(address));
    int fd = socket(resolved.family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return failure("connect to", address);
    if (::connect(fd, resolved.get(), resolved.size) != 0) {
      Failure failed = failure("connect to", address);
      close(fd);
      return failed;
    }
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    int on = 1;
    if (resolved.family != AF_UNIX) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return std::unique_ptr<Connection>(std::make_unique<RealConnection>(fd, poller_));
  }

 private:
  std::shared_ptr<Poller> poller_;
};

}  // namespace

std::unique_ptr<RealNetwork> make_real_network(Executor& executor) { return std::make_unique<SocketNetwork>(executor); }

}  // namespace sluice
