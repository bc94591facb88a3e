// A thread with a queue of tasks by due time.
#include "common/bus/reader_thread.hpp"

#include "common/base/log.hpp"

namespace lode::bus {

ReaderThread::ReaderThread(const Clock& clock) : clock_(clock), thread_([this] { run(); }) {}

ReaderThread::~ReaderThread() {
    close();
}

void ReaderThread::post_after(Duration delay, Task task) {
    const std::lock_guard lock(mutex_);
    if (closing_) return;
    tasks_.emplace(clock_.steady_now() + delay, std::move(task));
    wake_.notify_one();
}

void ReaderThread::close() {
    std::multimap<SteadyTime, Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
        dropped.swap(tasks_);
        wake_.notify_one();
    }
    if (thread_.joinable()) thread_.join();
}

Task ReaderThread::next() {
    std::unique_lock lock(mutex_);
    for (;;) {
        if (closing_) return {};
        if (tasks_.empty()) {
            wake_.wait(lock);
        } else if (const auto due = tasks_.begin()->first; due > clock_.steady_now()) {
            wake_.wait_until(lock, due);
        } else {
            Task task = std::move(tasks_.begin()->second);
            tasks_.erase(tasks_.begin());
            return task;
        }
    }
}

void ReaderThread::run() {
    log::set_service("bus");
    while (const Task task = next()) task();
}

}  // namespace lode::bus
