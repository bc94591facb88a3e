// Runs a function in a process of its own and reads what it writes to stderr and stdout. The
// tests' process has no other threads at that time, so that the child may do anything.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common/base/file.hpp"

namespace lode::test {

class ChildProcess {
  public:
    explicit ChildProcess(std::function<int()> body);
    // Kills it, if it still runs.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // Reads on until the output contains `text`, or to its end; gives all so far.
    const std::string& read_until(std::string_view text);
    void send_signal(int number) const;

    struct Ended {
        int exit_code;  // 128 + the signal's number when a signal ended it
        std::string output;
    };
    [[nodiscard]] Ended wait();

  private:
    std::function<int()> body_;  // what it holds lives as long as the child
    int pid_ = 0;
    FileDescriptor output_;
    std::string text_;
};

}  // namespace lode::test
