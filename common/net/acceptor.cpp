// accept4() until the queue is empty, and what to do when descriptors run out.
#include "common/net/acceptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "common/base/log.hpp"
#include "common/net/socket_address.hpp"

namespace lode::net {
namespace {

// Clients let in before the first loop's own clients have a turn again: some milliseconds of them.
// Fewer would be too few where clients make turns long, and leave newcomers in the queue.
constexpr int accepted_at_once = 512;
// Clients turned away are told of this often: a full server has thousands of them.
constexpr auto quiet_time = std::chrono::seconds(10);
FileDescriptor open_spare() {
    return FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

struct Acceptor::Core {
    Core(Listener its_listener, std::vector<Loop*> its_loops, const AcceptorOptions& its_options)
        : listener(std::move(its_listener)), loops(std::move(its_loops)), options(its_options) {}

    void accept_some();
    void turn_one_away();
    void turned_away(const char* reason);
    void hand_over(FileDescriptor socket, const SocketAddress& from);

    Listener listener;
    std::vector<Loop*> loops;
    std::mutex tls_mutex;  // guards options.tls
    AcceptorOptions options;
    std::atomic<bool> closed{false};
    SteadyTime quiet_until;
    // Given up for a moment to take, and close, a client that no descriptor is left for: it learns
    // at once that it must go elsewhere, and the listening socket does not stay readable for ever.
    FileDescriptor spare = open_spare();
};

void Acceptor::Core::accept_some() {
    for (int i = 0; i < accepted_at_once && !closed.load(std::memory_order_relaxed); ++i) {
        SocketAddress from;
        from.size = sizeof from.storage;
        FileDescriptor socket(
            ::accept4(listener.fd(), from.get(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (socket.valid()) {
            hand_over(std::move(socket), from);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        if (errno == EMFILE || errno == ENFILE) {
            turn_one_away();
            return;
        }
        // EINTR, or a client that left while it was queued (ECONNABORTED and kin): the next one.
    }
}

void Acceptor::Core::turn_one_away() {
    turned_away("no file descriptors left");
    spare = FileDescriptor();
    { const FileDescriptor away(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC)); }
    spare = open_spare();
}

void Acceptor::Core::turned_away(const char* reason) {
    options.turned_away.increment();
    const SteadyTime now = loops.front()->now();
    if (now < quiet_until) return;
    quiet_until = now + quiet_time;
    log::warn("clients turned away", {{"listener", listener.name()}, {"reason", reason}});
}

void Acceptor::Core::hand_over(FileDescriptor socket, const SocketAddress& from) {
    std::size_t connections = 0;
    for (const Loop* loop : loops) connections += loop->load();
    if (connections >= options.connections_max) {
        turned_away("connection limit reached");
        return;
    }
    options.accepted.increment();
    Loop* least = *std::min_element(loops.begin(), loops.end(),
                                    [](Loop* a, Loop* b) { return a->load() < b->load(); });
    const IpAddress address = from.address();
    std::shared_ptr<const TlsContext> tls;
    {
        const std::lock_guard lock(tls_mutex);
        tls = options.tls;
    }
    const bool proxied = contains(options.proxy_from, address);
    least->adopt(
        std::move(socket), {address, from.port(), options.listener},
        {.preface = proxied ? Preface::proxy_header : Preface::none, .tls = std::move(tls)});
}

Result<Acceptor> Acceptor::start(Listener listener, std::vector<Loop*> loops,
                                 const AcceptorOptions& options) {
    LODE_TRY_VOID(listener.listen());
    auto core = std::make_shared<Core>(std::move(listener), std::move(loops), options);
    Loop& home = *core->loops.front();
    home.post([core, &home] {
        if (core->closed.load()) return;
        if (auto watched = home.watch(core->listener.fd(), [core] { core->accept_some(); });
            !watched) {
            log::error("listener is deaf", {{"reason", watched.error()}});
        }
    });
    return Acceptor(std::move(core));
}

Acceptor::~Acceptor() {
    if (!core_) return;
    core_->closed.store(true);
    Loop& home = *core_->loops.front();
    home.post([core = core_, &home] { home.unwatch(core->listener.fd()); });
}

void Acceptor::renew(std::shared_ptr<const TlsContext> tls) {
    const std::lock_guard lock(core_->tls_mutex);
    core_->options.tls = std::move(tls);
}

std::uint16_t Acceptor::port() const {
    return core_->listener.port();
}

}  // namespace lode::net
