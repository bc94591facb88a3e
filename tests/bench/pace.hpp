// Shares at 10,000 a second and how long each takes to be durable, and the floor for it: a thread
// that writes what has come in to a file and calls fdatasync, and does nothing else.
#pragma once

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <thread>

#include "common/messages/share.pb.h"

namespace lode::bench {

using namespace std::chrono_literals;
using Moment = std::chrono::steady_clock::time_point;

inline constexpr int rate = 10'000;  // records a second, in steps of a millisecond

struct Numbers {
    double p50_ms;
    double p99_ms;
    double cpu_ms_per_second;
};

inline double cpu_ms() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto ms = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// Latencies by the order of sending; each slot has one writer.
class Latencies {
  public:
    explicit Latencies(int count) : sent_(static_cast<std::size_t>(count)), took_(sent_.size()) {}

    void sent(std::size_t number) { sent_[number] = std::chrono::steady_clock::now(); }
    void durable(std::size_t number) {
        took_[number] = std::chrono::steady_clock::now() - sent_[number];
        ++done_;
    }
    void wait_for_all() const {
        while (done_ < took_.size()) std::this_thread::sleep_for(1ms);
    }
    [[nodiscard]] Numbers numbers(double cpu, double seconds) {
        std::sort(took_.begin(), took_.end());
        const auto at = [&](double share) {
            const auto index = static_cast<std::size_t>(share * static_cast<double>(took_.size()));
            return std::chrono::duration<double, std::milli>(took_[index]).count();
        };
        return {at(0.5), at(0.99), cpu / seconds};
    }

  private:
    std::vector<Moment> sent_;
    std::vector<Moment::duration> took_;
    std::atomic<std::size_t> done_ = 0;
};

// Calls `send` for each record at its time.
template <class Send>
Numbers paced(int seconds, Latencies& latencies, const Send& send) {
    const double cpu_before = cpu_ms();
    const auto start = std::chrono::steady_clock::now();
    const auto count = static_cast<std::size_t>(seconds) * rate;
    for (std::size_t number = 0; number < count; ++number) {
        if (number % (rate / 1'000) == 0) {
            std::this_thread::sleep_until(start + 1ms * (number / (rate / 1'000)));
        }
        latencies.sent(number);
        send(number);
    }
    latencies.wait_for_all();
    return latencies.numbers(cpu_ms() - cpu_before, seconds);
}

inline std::shared_ptr<v1::Share> share(std::uint64_t sequence) {
    auto message = std::make_shared<v1::Share>();
    message->set_produced_unix_ms(1'700'000'000'123);
    message->set_source("sserver-1");
    message->set_chain("main");
    message->set_stream(0x0001000000020003);
    message->set_sequence(sequence);
    message->set_user("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq");
    message->set_worker("rig");
    message->set_job_id(1'700'000'000ULL << 16);
    message->set_height(840'000);
    message->set_target(std::string(32, 't'));
    message->set_work(std::string(16, 'w'));
    message->mutable_bitcoin()->set_extranonce1("1234");
    message->mutable_bitcoin()->set_extranonce2("12345678");
    message->mutable_bitcoin()->set_nonce(7);
    return message;
}

// The floor.
inline Numbers floor_of(const std::filesystem::path& path, int seconds) {
    const int file = ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const std::string bytes = share(1)->SerializeAsString();
    Latencies latencies(seconds * rate);
    std::mutex mutex;
    std::condition_variable wake;
    std::size_t queued = 0;
    bool ended = false;
    std::thread writer([&] {
        std::size_t written = 0;
        for (;;) {
            std::unique_lock lock(mutex);
            wake.wait(lock, [&] { return queued > written || ended; });
            if (queued == written) return;
            const auto group = queued;
            lock.unlock();
            std::string all;
            for (auto i = written; i < group; ++i) all += bytes;
            if (::write(file, all.data(), all.size()) < 0 || ::fdatasync(file) != 0) std::abort();
            for (; written < group; ++written) latencies.durable(written);
        }
    });
    const auto numbers = paced(seconds, latencies, [&](std::size_t) {
        const std::lock_guard lock(mutex);
        ++queued;
        wake.notify_one();
    });
    {
        const std::lock_guard lock(mutex);
        ended = true;
        wake.notify_one();
    }
    writer.join();
    ::close(file);
    return numbers;
}

inline void print(const char* what, const Numbers& numbers) {
    std::printf("%-6s p50 %6.2f ms  p99 %6.2f ms  CPU %4.0f ms/s\n", what, numbers.p50_ms,
                numbers.p99_ms, numbers.cpu_ms_per_second);
}

}  // namespace lode::bench
