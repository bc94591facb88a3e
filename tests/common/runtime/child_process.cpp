// fork, a pipe, waitpid.
#include "tests/common/runtime/child_process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>

#include "common/base/assert.hpp"

namespace lode::test {

ChildProcess::ChildProcess(std::function<int()> body) : body_(std::move(body)) {
    std::array<int, 2> ends{};
    const int made = ::pipe2(ends.data(), O_CLOEXEC);
    LODE_ASSERT(made == 0);
    std::fflush(nullptr);  // else the child would write it a second time
    pid_ = ::fork();
    LODE_ASSERT(pid_ >= 0);
    if (pid_ == 0) {
        ::dup2(ends[1], STDOUT_FILENO);
        ::dup2(ends[1], STDERR_FILENO);
        std::signal(SIGABRT, SIG_DFL);  // not the test framework's report
        const int code = body_();
        std::fflush(nullptr);
        ::_exit(code);
    }
    ::close(ends[1]);
    output_ = FileDescriptor(ends[0]);
}

ChildProcess::~ChildProcess() {
    if (pid_ == 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

const std::string& ChildProcess::read_until(std::string_view text) {
    std::array<char, 4096> block{};
    while (text_.find(text) == text_.npos) {
        const auto count = ::read(output_.get(), block.data(), block.size());
        if (count <= 0) break;
        text_.append(block.data(), static_cast<std::size_t>(count));
    }
    return text_;
}

void ChildProcess::send_signal(int number) const {
    ::kill(pid_, number);
}

ChildProcess::Ended ChildProcess::wait() {
    read_until("\xff never written");
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_};
}

}  // namespace lode::test
