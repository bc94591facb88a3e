// A loop is an io_context with one thread; its timers are steady timers of that context.
#include "common/runtime/loop.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "common/base/assert.hpp"
#include "common/base/log.hpp"

namespace lode::runtime {

namespace asio = boost::asio;

struct Loop::Core {
    explicit Core(std::string its_name) : name(std::move(its_name)) {}

    void run() {
        constexpr std::size_t system_name_max = 15;
        pthread_setname_np(pthread_self(), name.substr(0, system_name_max).c_str());
        log::set_service(name);
        try {
            context.run();
        } catch (const std::exception& error) {
            log::error("a task failed, the process ends", {{"reason", error.what()}});
            std::abort();
        }
    }

    std::string name;
    bool closed = false;  // touched on the thread only
    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work = make_work_guard(context);
    std::thread thread;
};

namespace {

// One timer's state, shared by its owner and the wait under way.
struct Alarm : std::enable_shared_from_this<Alarm> {
    Alarm(const bool& its_closed, asio::steady_timer its_timer, Duration its_interval,
          Task its_task)
        : closed(its_closed),
          timer(std::move(its_timer)),
          interval(its_interval),
          task(std::move(its_task)) {}

    void wait() {
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error && self->armed && !self->closed) self->fire();
        });
    }
    void fire() {
        if (interval > Duration::zero()) {
            const auto next = timer.expiry() + interval;
            const auto now = std::chrono::steady_clock::now();
            timer.expires_at(next > now ? next : now + interval);
            wait();
        }
        task();
    }

    const bool& closed;  // of the loop
    asio::steady_timer timer;
    Duration interval;  // zero for a timer that fires once
    Task task;
    bool armed = true;
};

class LoopTimer final : public Timer {
  public:
    LoopTimer(std::shared_ptr<void> core, std::shared_ptr<Alarm> alarm)
        : core_(std::move(core)), alarm_(std::move(alarm)) {}
    ~LoopTimer() override {
        alarm_->armed = false;  // a wait that has ended already may still be queued
        alarm_->timer.cancel();
    }

  private:
    std::shared_ptr<void> core_;  // the io_context lives as long as its timers
    std::shared_ptr<Alarm> alarm_;
};

}  // namespace

Loop::Loop(std::string name) : core_(std::make_shared<Core>(std::move(name))) {
    core_->thread = std::thread([core = core_.get()] { core->run(); });
}

Loop::~Loop() {
    stop();
}

void Loop::post(Task task) {
    asio::post(core_->context, [core = core_.get(), task = std::move(task)] {
        if (!core->closed) task();
    });
}

std::unique_ptr<Timer> Loop::after(Duration delay, Task task) {
    auto alarm = std::make_shared<Alarm>(core_->closed, asio::steady_timer(core_->context, delay),
                                         Duration::zero(), std::move(task));
    alarm->wait();
    return std::make_unique<LoopTimer>(core_, std::move(alarm));
}

std::unique_ptr<Timer> Loop::every(Duration interval, Task task) {
    LODE_ASSERT(interval > Duration::zero());
    auto alarm = std::make_shared<Alarm>(
        core_->closed, asio::steady_timer(core_->context, interval), interval, std::move(task));
    alarm->wait();
    return std::make_unique<LoopTimer>(core_, std::move(alarm));
}

void Loop::close() {
    core_->closed = true;
}

void Loop::stop() {
    core_->context.stop();
    if (core_->thread.joinable()) core_->thread.join();
}

}  // namespace lode::runtime
