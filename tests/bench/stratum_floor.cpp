// The floor of notifying Stratum clients: a bare epoll loop that answers logins with true and
// writes each line of stdin to every client, by the same system calls as a pool and doing nothing
// else. Says {"port":P} first, and {"start_ns":…} (CLOCK_MONOTONIC) for each line once it is
// written.
#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

namespace {

std::int64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

int listen_on_loopback() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener, generic, size) != 0 || listen(listener, 4096) != 0 ||
        getsockname(listener, generic, &size) != 0) {
        std::perror("stratum-floor");
        return -1;
    }
    std::printf("{\"port\":%d}\n", ntohs(address.sin_port));
    std::fflush(stdout);
    return listener;
}

// Both requests of a login come in one write; the job that makes a client ready goes with them.
void answer_login(int client) {
    static const std::string answers =
        "{\"id\":1,\"result\":[],\"error\":null}\n{\"id\":2,\"result\":true,\"error\":null}\n"
        R"({"id":null,"method":"mining.notify","params":["0","","","",[],"","","",true]})"
        "\n";
    char request[4096];
    if (read(client, request, sizeof request) <= 0) {
        close(client);
    } else if (write(client, answers.data(), answers.size()) < 0) {
        std::perror("stratum-floor: answer");
    }
}

}  // namespace

int main() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    const int listener = listen_on_loopback();
    if (listener < 0) return 1;
    const int epoll = epoll_create1(0);
    const auto watch = [epoll](int descriptor) {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
    };
    watch(listener);
    watch(STDIN_FILENO);
    std::vector<int> clients;
    std::vector<char> line(1 << 20);
    for (;;) {
        epoll_event event{};
        if (epoll_wait(epoll, &event, 1, -1) < 1) continue;
        if (event.data.fd == listener) {
            clients.push_back(accept(listener, nullptr, nullptr));
            watch(clients.back());
        } else if (event.data.fd == STDIN_FILENO) {
            const auto size = read(STDIN_FILENO, line.data(), line.size());
            if (size <= 0) return 0;
            const auto start = now_ns();
            for (const int client : clients) {
                if (write(client, line.data(), static_cast<std::size_t>(size)) != size) return 1;
            }
            std::printf("{\"start_ns\":%lld}\n", static_cast<long long>(start));
            std::fflush(stdout);
        } else {
            answer_login(event.data.fd);
        }
    }
}
