// Interning of transactions and expiry in order of making.
#include "blkmaker/template_store.hpp"

#include "common/messages/template.pb.h"

namespace lode::blkmaker {

using bitcoin::Hash256;

std::shared_ptr<const Bytes> TemplateStore::intern(const Hash256& wtxid, const std::string& raw) {
    auto& known = transactions_[wtxid];
    if (auto held = known.lock()) return held;
    auto made = std::make_shared<const Bytes>(to_bytes(as_bytes(raw)));
    known = made;
    return made;
}

Result<TemplateStore::Addition> TemplateStore::add(const v1::BlockTemplate& message,
                                                   UnixTime produced) {
    if (!message.has_bitcoin()) return failure(ErrorCode::malformed, "template: no body");
    const auto id = bitcoin::hash256_from_bytes(as_bytes(message.template_id()));
    if (!id) return failure_in("template_id", id.error());
    if (templates_.contains(id.value())) return Addition::known;

    const v1::BitcoinTemplate& body = message.bitcoin();
    auto stored = std::make_shared<StoredTemplate>();
    const auto prev_hash = bitcoin::hash256_from_bytes(as_bytes(body.prev_hash()));
    if (!prev_hash) return failure_in("prev_hash", prev_hash.error());
    stored->prev_hash = prev_hash.value();
    stored->height = body.height();
    stored->bits = body.bits();
    best_height_ = std::max(best_height_, stored->height);
    stored->coinbase_value = bitcoin::Satoshi(body.coinbase_value());
    stored->has_witness_commitment = !body.witness_commitment().empty();
    stored->transactions.reserve(static_cast<std::size_t>(body.transactions_size()));
    for (const v1::BitcoinTransaction& transaction : body.transactions()) {
        const auto wtxid = bitcoin::hash256_from_bytes(as_bytes(transaction.wtxid()));
        if (!wtxid) return failure_in("transaction wtxid", wtxid.error());
        stored->transactions.push_back(intern(wtxid.value(), transaction.data()));
    }
    templates_.emplace(id.value(), std::move(stored));
    by_time_.emplace(produced, id.value());
    while (templates_.size() > templates_max) forget_oldest();
    return Addition::added;
}

void TemplateStore::forget_oldest() {
    templates_.erase(by_time_.begin()->second);
    by_time_.erase(by_time_.begin());
}

void TemplateStore::expire(UnixTime now) {
    bool forgot = false;
    while (!by_time_.empty() && by_time_.begin()->first < now - kept) {
        forget_oldest();
        forgot = true;
    }
    if (forgot) std::erase_if(transactions_, [](const auto& one) { return one.second.expired(); });
}

bool TemplateStore::buried(std::uint32_t height) const {
    // The newest template is one above the tip.
    return best_height_ > height + BlockTracker::settled_depth;
}

std::shared_ptr<const StoredTemplate> TemplateStore::find(const Hash256& id) const {
    const auto found = templates_.find(id);
    return found == templates_.end() ? nullptr : found->second;
}

}  // namespace lode::blkmaker
