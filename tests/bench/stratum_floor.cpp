// The floor of serving Stratum: a bare epoll loop that makes the same system calls as a pool and
// does nothing else.
//   stratum-floor                  answers logins, and every submit with true; writes each line of
//                                  stdin to every client
//   stratum-floor --durable FILE   writes the submits to a file first, in groups with one fdatasync
// Says {"port":P} first, and {"start_ns":…} (CLOCK_MONOTONIC) for each line of stdin once it is
// written to all. Ends with its stdin.
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

// A job that needs no transactions, on a regtest target, and a difficulty that all hashes meet.
constexpr std::string_view login_answers =
    R"({"id":1,"result":[[["mining.set_difficulty","1"],["mining.notify","1"]],"01000000",8],"error":null})"
    "\n"
    R"({"id":null,"method":"mining.set_difficulty","params":[0.00000000023283064365386962890625]})"
    "\n"
    R"({"id":2,"result":true,"error":null})"
    "\n"
    R"({"id":null,"method":"mining.notify","params":["0","0000000000000000000000000000000000000000000000000000000000000000","01","02",[],"20000000","207fffff","60000000",true]})"
    "\n";

[[noreturn]] void give_up(const char* what) {
    std::perror(what);
    std::exit(1);
}

void write_all(int to, std::string_view bytes) {
    if (write(to, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
        give_up("stratum-floor: write");
    }
}

std::int64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class Floor {
  public:
    explicit Floor(const char* file) : epoll_(epoll_create1(0)) {
        if (file != nullptr) file_ = open(file, O_CREAT | O_TRUNC | O_WRONLY, 0600);
        listen_on_loopback();
        watch(listener_);
        watch(STDIN_FILENO);
    }

    void run() {
        std::vector<epoll_event> events(512);
        while (!ended_) {
            const int count = epoll_wait(epoll_, events.data(), 512, -1);
            for (int i = 0; i < count; ++i) serve(events[static_cast<std::size_t>(i)].data.fd);
            if (!log_.empty()) answer_durably();
        }
    }

  private:
    void listen_on_loopback() {
        listener_ = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        if (bind(listener_, generic, size) != 0 || listen(listener_, 4096) != 0 ||
            getsockname(listener_, generic, &size) != 0) {
            give_up("stratum-floor: listen");
        }
        std::printf("{\"port\":%d}\n", ntohs(address.sin_port));
        std::fflush(stdout);
    }

    void watch(int descriptor) const {
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.fd = descriptor;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
    }

    void serve(int descriptor) {
        if (descriptor == listener_) {
            clients_.push_back(accept(listener_, nullptr, nullptr));
            watch(clients_.back());
            return;
        }
        const auto size = read(descriptor, buffer_.data(), buffer_.size());
        const std::string_view text(buffer_.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
        if (descriptor == STDIN_FILENO) return tell_all(text);
        if (text.empty()) {
            close(descriptor);
            std::erase(clients_, descriptor);
            return;
        }
        answer(descriptor, text);
    }

    void tell_all(std::string_view line) {
        ended_ = line.empty();
        if (ended_) return;
        const auto start = now_ns();
        for (const int client : clients_) write_all(client, line);
        std::printf("{\"start_ns\":%lld}\n", static_cast<long long>(start));
        std::fflush(stdout);
    }

    // Requests come whole, both of a login in one piece; submits as stratum-load writes them, with
    // seven digits of id in the same place.
    void answer(int client, std::string_view text) {
        if (text.find("mining.subscribe") != text.npos) return write_all(client, login_answers);
        if (file_ >= 0) log_.append(text);
        std::string answers;
        for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
            answers.append(text.substr(0, 13))
                .append(R"(,"result":true,"error":null})"
                        "\n");
            text.remove_prefix(end + 1);
        }
        if (file_ < 0) return write_all(client, answers);
        waiting_.push_back({client, std::move(answers)});
    }

    void answer_durably() {
        write_all(file_, log_);
        if (fdatasync(file_) != 0) give_up("stratum-floor: fdatasync");
        for (const auto& [client, answers] : waiting_) write_all(client, answers);
        log_.clear();
        waiting_.clear();
    }

    struct Waiting {
        int client;
        std::string answers;
    };
    int epoll_;
    int listener_ = -1;
    int file_ = -1;
    bool ended_ = false;
    std::vector<int> clients_;
    std::vector<char> buffer_ = std::vector<char>(1 << 20);
    std::string log_;
    std::vector<Waiting> waiting_;
};

}  // namespace

int main(int argc, char** argv) {
    const bool durable = argc == 3 && std::string_view(argv[1]) == "--durable";
    if (argc != 1 && !durable) {
        std::fprintf(stderr, "usage: stratum-floor [--durable FILE]\n");
        return 2;
    }
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    Floor(durable ? argv[2] : nullptr).run();
}
