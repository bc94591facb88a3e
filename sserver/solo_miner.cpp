// Building of a solo miner's coinbases.
#include "sserver/solo_miner.hpp"

namespace lode::sserver {

Result<Worker> SoloMiner::login(std::string_view login, bitcoin::Network network) {
    LODE_TRY(Worker worker, parse_login(login, {.mode = UserMode::address, .network = network}));
    if (user_.empty()) {
        LODE_TRY(bitcoin::Address address, bitcoin::parse_address(worker.user, network));
        user_ = worker.user;
        script_ = std::move(address.script);
    }
    if (worker.user != user_) {
        return failure(
            ErrorCode::rejected,
            "this connection mines solo already: another address needs another connection");
    }
    return worker;
}

const OwnCoinbase* SoloMiner::coinbase(const Job& job) {
    if (script_.empty() || !job.solo) return nullptr;
    if (job_ != job.id) {
        own_ = {bitcoin::solo_suffix(*job.solo, script_), script_};
        job_ = job.id;
    }
    return &own_;
}

}  // namespace lode::sserver
