// Every step is a task on the service's loop.
#include "common/runtime/host.hpp"

#include "common/runtime/instance.hpp"

namespace lode::runtime {

Host::Host(const ServiceDefinition& definition, std::filesystem::path data_folder,
           http::Router router)
    : definition_(definition),
      data_folder_(std::move(data_folder)),
      router_(std::move(router)),
      metrics_(definition.name),
      loop_(std::string(definition.name)) {}

void Host::start(const Shared& shared, std::function<void(Result<void>)> done) {
    loop_.post([this, shared, done = std::move(done)] {
        try {
            done(create_and_start(shared));
        } catch (const std::exception& error) {
            done(failure(ErrorCode::internal, error.what()));
        }
    });
}

Result<void> Host::create_and_start(const Shared& shared) {
    LODE_TRY(auto instance, instance_name(data_folder_, definition_.name));
    context_.emplace(Context{.document = shared.document,
                             .pool = shared.pool,
                             .data_folder = data_folder_,
                             .instance = std::move(instance),
                             .loop = loop_,
                             .bus = shared.bus,
                             .clock = shared.clock,
                             .metrics = metrics_,
                             .router = router_});
    LODE_TRY(service_, definition_.create(*context_));
    return service_->start();
}

void Host::reload() {
    loop_.post([this] { service_->reload(); });
}

void Host::stop(Task done) {
    loop_.post([this, done = std::move(done)] {
        if (service_ == nullptr) return done();
        service_->stop(done);
    });
}

void Host::discard(Task done) {
    loop_.post([this, done = std::move(done)] {
        loop_.close();
        service_.reset();
        done();
    });
}

void Host::ask_health(std::function<void(Health)> answer) {
    loop_.post([this, answer = std::move(answer)] {
        answer(service_ == nullptr ? Health{.detail = "starting"} : service_->health());
    });
}

}  // namespace lode::runtime
