// A signalfd and an eventfd under one poll.
#include "common/runtime/stop_signal.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>

#include "common/base/assert.hpp"

namespace lode::runtime {
namespace {

sigset_t told_signals() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

// Poll wants milliseconds; rounded up, so that it does not wake just before the deadline.
int milliseconds_until(SteadyTime deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    constexpr std::int64_t longest = 3'600'000;  // it is called again
    return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, longest));
}

}  // namespace

StopSignal::StopSignal() {
    const sigset_t set = told_signals();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    news_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    LODE_ASSERT(signals_.valid() && news_.valid());
}

StopSignal::~StopSignal() {
    const sigset_t set = told_signals();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void StopSignal::notify() {
    const std::uint64_t one = 1;
    const auto written = ::write(news_.get(), &one, sizeof one);
    LODE_ASSERT(written == sizeof one);
}

Wake StopSignal::wait(SteadyTime deadline) {
    for (;;) {
        std::array<pollfd, 2> waits{pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                    pollfd{.fd = news_.get(), .events = POLLIN, .revents = 0}};
        ::poll(waits.data(), waits.size(), milliseconds_until(deadline));
        signalfd_siginfo signal{};
        if (::read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
            return signal.ssi_signo == SIGHUP ? Wake::reload_signal : Wake::stop_signal;
        }
        std::uint64_t count = 0;
        if (::read(news_.get(), &count, sizeof count) == sizeof count) return Wake::notified;
        if (std::chrono::steady_clock::now() >= deadline) return Wake::deadline;
    }
}

}  // namespace lode::runtime
