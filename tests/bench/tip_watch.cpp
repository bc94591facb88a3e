// Light Stratum clients, all in one epoll loop: they subscribe, authorise and note when jobs
// arrive. One JSON object a line on stdout: {"ready":N} once all have a job, {"tip":…} for each
// block notice of the node, {"stage":"any"} once the last client has a job on a new tip and
// {"stage":"full"} once it has one with transactions. Times are nanoseconds of CLOCK_MONOTONIC,
// taken in this process.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "tip-watch: %s\n", why.c_str());
    std::exit(1);
}

std::int64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void say(const std::string& line) {
    // One call, so that the lines of both threads stay whole.
    std::fwrite((line + "\n").data(), 1, line.size() + 1, stdout);
    std::fflush(stdout);
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char each : text) {
        if (each == '"' || each == '\\') out += '\\';
        out += each;
    }
    return out + '"';
}

// ---- the node's notices --------------------------------------------------------------------

void watch_tips(const std::string& endpoint) {
    void* const context = zmq_ctx_new();
    void* const socket = zmq_socket(context, ZMQ_SUB);
    constexpr std::string_view topic = "hashblock";
    if (zmq_setsockopt(socket, ZMQ_SUBSCRIBE, topic.data(), topic.size()) != 0 ||
        zmq_connect(socket, endpoint.c_str()) != 0) {
        give_up("cannot subscribe to " + endpoint);
    }
    for (;;) {
        unsigned char hash[32] = {};
        if (zmq_recv(socket, nullptr, 0, 0) < 0) give_up("the node's notices ended");
        const auto at = now_ns();
        zmq_recv(socket, hash, sizeof hash, 0);
        zmq_recv(socket, nullptr, 0, 0);
        std::string hex;
        for (const unsigned char byte : hash) {
            constexpr std::string_view digits = "0123456789abcdef";
            hex += digits[byte >> 4];
            hex += digits[byte & 15];
        }
        say("{\"tip\":\"" + hex + "\",\"at_ns\":" + std::to_string(at) + "}");
    }
}

// ---- jobs ----------------------------------------------------------------------------------

// What a mining.notify says, as far as it matters here.
struct Notify {
    std::string id;
    std::string previous;
    std::size_t branch = 0;  // steps of the Merkle branch: 0 for an empty block
};

// The next JSON string at or after `at`, which moves behind it.
std::string next_string(std::string_view line, std::size_t& at) {
    const auto begin = line.find('"', at);
    const auto end = begin == line.npos ? line.npos : line.find('"', begin + 1);
    if (end == line.npos) give_up("a notify of another form: " + std::string(line));
    at = end + 1;
    return std::string(line.substr(begin + 1, end - begin - 1));
}

Notify parse_notify(std::string_view line) {
    std::size_t at = line.find("\"params\"");
    if (at == line.npos) give_up("a notify without params");
    at += 8;
    Notify notify;
    notify.id = next_string(line, at);
    notify.previous = next_string(line, at);
    next_string(line, at);  // the coinbase's halves
    next_string(line, at);
    const auto end = line.find(']', at);
    for (auto quote = line.find('"', at); quote < end; quote = line.find('"', quote + 1)) {
        ++notify.branch;
    }
    notify.branch /= 2;
    return notify;
}

// How far the jobs on one tip have come.
struct Stage {
    std::size_t clients = 0;
    std::int64_t first = 0;
    std::string line;  // of the first client
};

struct Tip {
    std::string previous;
    Stage any;
    Stage full;
};

// ---- clients -------------------------------------------------------------------------------

struct Options {
    int port = 0;
    std::size_t connections = 1000;
    std::string user;
    std::string zmq;
};

class Clients {
  public:
    explicit Clients(const Options& options) : options_(options), clients_(options.connections) {
        epoll_ = epoll_create1(0);
        for (std::size_t number = 0; number < clients_.size(); ++number) connect_one(number);
    }

    void run() {
        std::vector<epoll_event> events(1024);
        for (;;) {
            const int count = epoll_wait(epoll_, events.data(), 1024, -1);
            for (int i = 0; i < count; ++i) read_one(events[static_cast<std::size_t>(i)].data.u64);
        }
    }

  private:
    struct Client {
        int socket = -1;
        bool authorised = false;
        bool has_job = false;
        std::size_t any = 0;   // the tip, by number, that it has a job on
        std::size_t full = 0;  // and one with transactions
        std::string rest;      // of a line not yet whole
    };

    void connect_one(std::size_t number) {
        Client& client = clients_[number];
        client.socket = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(static_cast<std::uint16_t>(options_.port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(client.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            give_up("cannot connect client " + std::to_string(number));
        }
        const int on = 1;
        setsockopt(client.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        fcntl(client.socket, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = number;
        epoll_ctl(epoll_, EPOLL_CTL_ADD, client.socket, &event);
        const std::string hello =
            "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"tip-watch\"]}\n"
            "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"" +
            options_.user + "." + std::to_string(number) + "\",\"x\"]}\n";
        if (write(client.socket, hello.data(), hello.size()) < 0) give_up("cannot log in");
    }

    void read_one(std::size_t number) {
        Client& client = clients_[number];
        const auto got = read(client.socket, buffer_.data(), buffer_.size());
        const auto at = now_ns();
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) give_up("client " + std::to_string(number) + " was disconnected");
        std::string_view text(buffer_.data(), static_cast<std::size_t>(got));
        std::string joined;
        if (!client.rest.empty()) {
            joined = client.rest + std::string(text);
            text = joined;
        }
        for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
            take(client, text.substr(0, end), at);
            text.remove_prefix(end + 1);
        }
        client.rest = std::string(text);
    }

    void take(Client& client, std::string_view line, std::int64_t at) {
        if (line.find("\"method\":\"mining.notify\"") != line.npos) {
            client.has_job = true;
            job(client, line, at);
        } else if (line.find("\"id\":2,") != line.npos) {
            if (line.find("true") == line.npos) give_up("not authorised: " + std::string(line));
            client.authorised = true;
        } else {
            return;
        }
        if (ready_ || !client.authorised || !client.has_job) return;
        for (const Client& one : clients_) {
            if (!one.authorised || !one.has_job) return;
        }
        ready_ = true;
        say("{\"ready\":" + std::to_string(clients_.size()) + "}");
    }

    void job(Client& client, std::string_view line, std::int64_t at) {
        const Notify& notify = read_notify(line);
        if (tips_ == 0 || notify.previous != tip_.previous) {
            ++tips_;
            tip_ = {.previous = notify.previous, .any = {}, .full = {}};
        }
        if (client.any != tips_) {
            client.any = tips_;
            reached("any", tip_.any, line, at);
        }
        if (client.full != tips_ && notify.branch > 0) {
            client.full = tips_;
            reached("full", tip_.full, line, at);
        }
    }

    // One job comes to all clients: it is read once.
    const Notify& read_notify(std::string_view line) {
        std::size_t at = line.find("\"params\"");
        at = at == line.npos ? 0 : at + 8;
        const std::string id = next_string(line, at);
        if (id != newest_.id) newest_ = parse_notify(line);
        return newest_;
    }

    void reached(const std::string& name, Stage& stage, std::string_view line, std::int64_t at) {
        if (stage.clients == 0) {
            stage.first = at;
            stage.line = std::string(line);
        }
        if (++stage.clients < clients_.size()) return;
        say("{\"stage\":\"" + name + "\",\"previous\":\"" + tip_.previous +
            "\",\"first_ns\":" + std::to_string(stage.first) +
            ",\"last_ns\":" + std::to_string(at) + ",\"line\":" + quoted(stage.line) + "}");
    }

    const Options& options_;
    std::vector<Client> clients_;
    Notify newest_;
    Tip tip_;
    std::size_t tips_ = 0;
    std::vector<char> buffer_ = std::vector<char>(1 << 16);
    int epoll_ = -1;
    bool ready_ = false;
};

Options parse(int argc, char** argv) {
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--port") options.port = std::atoi(value.c_str());
        if (name == "--connections") options.connections = std::stoul(value);
        if (name == "--user") options.user = value;
        if (name == "--zmq") options.zmq = value;
    }
    if (options.port <= 0 || options.connections == 0) {
        give_up("usage: tip-watch --port PORT --user USER [--connections N] [--zmq ENDPOINT]");
    }
    return options;
}

void allow_open_files() {
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
    const Options options = parse(argc, argv);
    allow_open_files();
    if (!options.zmq.empty()) std::thread(watch_tips, options.zmq).detach();
    Clients clients(options);
    clients.run();
}
