// How long a share takes to be answered out of sserver's spool at 10,000 a second, beside the floor
// of pace.hpp: with a bus that stands, and with `ack = "spool"` and a bus that stores at once.
//   spool_bench [SECONDS] [FOLDER]   FOLDER decides the disk; default: the temporary folder
#include <unistd.h>

#include <future>

#include "common/runtime/loop.hpp"
#include "sserver/share_spool.hpp"
#include "tests/bench/pace.hpp"

namespace {

using namespace lode;
using namespace lode::bench;
using namespace lode::sserver;

enum class Bus : std::uint8_t { stands, stores };

// One stream and its spool on a loop; all calls of the stream come there.
class Lane final : public SharePort, public ShareSpoolHandler {
  public:
    Lane(const std::filesystem::path& folder, Bus bus, Latencies& latencies)
        : bus_(bus),
          stream_({.id = StreamId(1), .acknowledge = Acknowledge::spool, .spool_after = 250ms},
                  *this,
                  [&latencies](const WaitingAnswer& due, SteadyTime) {
                      latencies.durable(due.client.value());
                  }),
          spool_(std::make_unique<ShareSpool>(ShareSpoolFiles(folder, StreamId(1), 0), budget_,
                                              loop_, *this)),
          timer_(loop_.every(500ms, [this] { stream_.tick(); })) {}
    ~Lane() override {
        on_loop([this] {
            timer_.reset();
            spool_.reset();
        });
    }

    void offer(std::size_t number) {
        loop_.post([this, number] {
            if (!stream_.offer(share(0), {ClientId(number), "1", SteadyTime()})) std::abort();
        });
    }

    Result<void> publish(const SharePtr& sent) override {
        if (bus_ == Bus::stands) return failure(ErrorCode::unavailable, "the bus stands");
        loop_.post([this, sequence = Sequence(sent->sequence())] {
            stream_.delivered(sequence, std::chrono::steady_clock::now());
        });
        return success();
    }
    void spool(const SharePtr& one) override { spool_->append(one); }
    void read_spool(Sequence from, std::size_t count) override { spool_->read(from, count); }
    void forget_spooled(Sequence before) override { spool_->forget(before); }
    [[nodiscard]] bool spool_full() const override { return spool_->full(); }
    Result<void> keep_jobs(std::span<const SharePtr>) override { return success(); }
    void spooled(Sequence end) override { stream_.spooled(end, std::chrono::steady_clock::now()); }
    void spool_failed(const Error&) override { std::abort(); }
    void read_back(const std::vector<SharePtr>& shares) override { stream_.read_back(shares); }
    void read_failed() override { std::abort(); }

  private:
    template <class Call>
    void on_loop(Call call) {
        std::promise<void> done;
        loop_.post([&] {
            call();
            done.set_value();
        });
        done.get_future().get();
    }

    const Bus bus_;
    SpoolBudget budget_{.max = std::uint64_t{1} << 40};
    runtime::Loop loop_{"bench"};
    ShareStream stream_;
    std::unique_ptr<ShareSpool> spool_;
    std::unique_ptr<Timer> timer_;
};

Numbers spool_in(const std::filesystem::path& folder, Bus bus, int seconds) {
    std::filesystem::create_directories(folder);
    Latencies latencies(seconds * rate);
    Lane lane(folder, bus, latencies);
    return paced(seconds, latencies, [&](std::size_t number) { lane.offer(number); });
}

}  // namespace

int main(int count, char** arguments) {
    const int seconds = count > 1 ? std::atoi(arguments[1]) : 5;
    const auto base =
        count > 2 ? std::filesystem::path(arguments[2]) : std::filesystem::temp_directory_path();
    std::string name = (base / "lode-bench-XXXXXX").string();
    const std::filesystem::path folder = ::mkdtemp(name.data());
    const auto floor = floor_of(folder / "floor", seconds);
    const auto stands = spool_in(folder / "stands", Bus::stands, seconds);
    const auto stores = spool_in(folder / "stores", Bus::stores, seconds);
    std::filesystem::remove_all(folder);
    print("floor", floor);
    print("stands", stands);
    print("stores", stores);
    return 0;
}
