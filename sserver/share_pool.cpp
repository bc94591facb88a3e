// A stack of spare messages, and one that other threads put theirs on.
#include "sserver/share_pool.hpp"

#include "common/messages/share.pb.h"

namespace lode::sserver {
namespace {

// All fields empty, all memory kept: protobuf's own way would drop the proof.
void empty(v1::Share& share) {
    std::unique_ptr<v1::BitcoinProof> proof(share.release_bitcoin());
    share.Clear();
    if (!proof) return;
    proof->Clear();
    share.set_allocated_bitcoin(proof.release());
}

}  // namespace

SharePool::SharePool() : returned_(std::make_shared<Returned>()) {}
SharePool::~SharePool() = default;

std::shared_ptr<v1::Share> SharePool::take() {
    if (spare_.empty()) {
        const std::lock_guard lock(returned_->mutex);
        spare_.swap(returned_->messages);
    }
    std::unique_ptr<v1::Share> share;
    if (spare_.empty()) {
        share = std::make_unique<v1::Share>();
    } else {
        share = std::move(spare_.back());
        spare_.pop_back();
        empty(*share);
    }
    return {share.release(), [returned = returned_](v1::Share* raw) {
                std::unique_ptr<v1::Share> back(raw);
                const std::lock_guard lock(returned->mutex);
                if (returned->messages.size() < spare_max) {
                    returned->messages.push_back(std::move(back));
                }
            }};
}

}  // namespace lode::sserver
