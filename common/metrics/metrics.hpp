// Counters, gauges and histograms that any thread may change while they are being exposed to
// Prometheus. A component keeps its own in a probe object, made once at start:
//
//   struct Probe {
//       explicit Probe(metrics::Registry& registry)
//           : shares(registry.counter("shares_accepted_total", "Shares answered true.")) {}
//       metrics::Counter shares;
//   };
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lode::metrics {

// Each cell has a cache line of its own, so that threads counting different things do not slow one
// another down.
constexpr std::size_t cache_line = 64;

struct alignas(cache_line) CounterCell {
    std::atomic<std::uint64_t> value{0};
};

struct alignas(cache_line) GaugeCell {
    std::atomic<double> value{0};
};

struct alignas(cache_line) HistogramCell {
    explicit HistogramCell(std::span<const double> upper_bounds);

    std::vector<double> bounds;                      // inclusive upper bounds, rising
    std::vector<std::atomic<std::uint64_t>> counts;  // one more than bounds: the last is +Inf
    std::atomic<double> sum{0};
};

// The handles are references: cheap to copy, valid as long as their registry.

class Counter {
  public:
    explicit Counter(CounterCell& cell) : cell_(&cell) {}
    void increment(std::uint64_t by = 1) { cell_->value.fetch_add(by, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const {
        return cell_->value.load(std::memory_order_relaxed);
    }

  private:
    CounterCell* cell_;
};

class Gauge {
  public:
    explicit Gauge(GaugeCell& cell) : cell_(&cell) {}
    void set(double value) { cell_->value.store(value, std::memory_order_relaxed); }
    template <std::integral Integer>
    void set(Integer value) {
        set(static_cast<double>(value));
    }
    void add(double by) { cell_->value.fetch_add(by, std::memory_order_relaxed); }
    void increment() { add(1); }
    void decrement() { add(-1); }
    [[nodiscard]] double value() const { return cell_->value.load(std::memory_order_relaxed); }

  private:
    GaugeCell* cell_;
};

class Histogram {
  public:
    explicit Histogram(HistogramCell& cell) : cell_(&cell) {}
    void observe(double value);
    // In seconds, Prometheus' unit of time.
    template <class Rep, class Period>
    void observe(std::chrono::duration<Rep, Period> time) {
        observe(std::chrono::duration<double>(time).count());
    }
    [[nodiscard]] std::uint64_t count() const;

  private:
    HistogramCell* cell_;
};

// Seconds, from the fastest answer of a share to the slowest request still waited for.
inline constexpr double latency_seconds[] = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05,
                                             0.1,    0.2,   0.5,   1,     2,    5,    10};

// Label names and values come from code and configuration, never from clients.
using Labels = std::vector<std::pair<std::string, std::string>>;

// Label sets of one metric. The widest labels are nodes, chains, loops and error codes, tens of
// each; a metric that outgrows this has been labelled with something unbounded, and its further
// series all become one whose label values are "other", so that memory and scrapes stay small.
constexpr std::size_t max_label_sets = 256;

class Registry {
  public:
    // Every metric carries the label service="<service>", unless `service` is empty.
    explicit Registry(std::string_view service = {});
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    // Names are lower_snake_case with the unit last, counters end in _total; they are exposed with
    // lode_ before them. `help` is one sentence. The same name and labels give the same metric;
    // the same name as another kind is a bug and asserts.
    [[nodiscard]] Counter counter(std::string_view name, std::string_view help,
                                  const Labels& labels = {});
    [[nodiscard]] Gauge gauge(std::string_view name, std::string_view help,
                              const Labels& labels = {});
    [[nodiscard]] Histogram histogram(std::string_view name, std::string_view help,
                                      std::span<const double> upper_bounds,
                                      const Labels& labels = {});

    enum class Kind : std::uint8_t { counter, gauge, histogram };
    struct Family {
        Kind kind;
        std::string help;
        // By label text, as exposed between the braces. Only the map of its kind is used.
        std::map<std::string, std::unique_ptr<CounterCell>> counters;
        std::map<std::string, std::unique_ptr<GaugeCell>> gauges;
        std::map<std::string, std::unique_ptr<HistogramCell>> histograms;
    };

  private:
    friend std::string exposition(std::span<const Registry* const> registries);
    Family& family(std::string_view name, std::string_view help, Kind kind);
    [[nodiscard]] std::string label_text(const Labels& labels) const;

    Labels constant_;
    mutable std::mutex mutex_;  // guards the maps; cells are changed without it
    std::map<std::string, Family, std::less<>> families_;
};

// The text format 0.0.4 of Prometheus. Several registries are those of services in one process;
// what they have under one name becomes one family.
[[nodiscard]] std::string exposition(std::span<const Registry* const> registries);
[[nodiscard]] std::string exposition(const Registry& registry);

constexpr std::string_view exposition_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace lode::metrics
