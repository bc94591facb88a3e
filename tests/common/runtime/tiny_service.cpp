// The service and its settings.
#include "tests/common/runtime/tiny_service.hpp"

namespace lode::test {
namespace {

class TinyService final : public runtime::Service {
  public:
    TinyService(runtime::Context& context, TinyBehaviour behaviour)
        : context_(context), behaviour_(std::move(behaviour)) {}
    ~TinyService() override { behaviour_.destroyed(); }
    TinyService(const TinyService&) = delete;
    TinyService& operator=(const TinyService&) = delete;

    [[nodiscard]] Result<void> start() override { return behaviour_.start(context_); }
    void stop(std::function<void()> stopped) override { behaviour_.stop(std::move(stopped)); }
    void reload() override { behaviour_.reload(); }
    [[nodiscard]] runtime::Health health() const override { return behaviour_.health(); }

  private:
    runtime::Context& context_;
    TinyBehaviour behaviour_;
};

struct TinyConfig {
    std::uint16_t health_port = 0;
};

template <int number>
const config::SectionBase* tiny_section(std::string_view name) {
    static const auto section =
        config::Section<TinyConfig>(name, "A service for tests.")
            .setting("health_port", &TinyConfig::health_port, {.help = "Port of the endpoint."});
    return &section.base();
}

}  // namespace

runtime::ServiceDefinition tiny_service(std::string_view name, TinyBehaviour behaviour) {
    return {.name = name,
            .summary = "Does what a test tells it.",
            .default_health_port = 0,
            .settings = name == "gbtmaker" ? tiny_section<0>(name) : tiny_section<1>(name),
            .create = [behaviour = std::move(behaviour)](
                          runtime::Context& context) -> Result<std::unique_ptr<runtime::Service>> {
                return std::make_unique<TinyService>(context, behaviour);
            }};
}

std::string tiny_configuration(const TemporaryFolder& folder, std::string_view more) {
    return "data_dir = \"" + (folder.path() / "data").string() + R"("
[[chain]]
name = "reg"
network = "regtest"
payout_address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
[[chain.node]]
url = "http://127.0.0.1:18443"
user = "u"
password = "p"
)" + std::string(more);
}

}  // namespace lode::test
