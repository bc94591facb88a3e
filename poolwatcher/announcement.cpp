// Fields of the messages.
#include "poolwatcher/announcement.hpp"

namespace lode::poolwatcher {

namespace {

std::string bytes_of(const bitcoin::Hash256& hash) {
    return std::string(as_chars(hash.view()));
}

template <class Message>
Message begin(const Origin& origin) {
    Message message;
    message.set_produced_unix_ms(to_unix_ms(origin.now));
    message.set_source("poolwatcher");
    message.set_chain(origin.chain);
    return message;
}

v1::PoolEvent begin_watch(const Origin& origin, const bitcoin::Hash256& prev_hash) {
    auto event = begin<v1::PoolEvent>(origin);
    event.mutable_watch()->set_pool(origin.pool);
    event.mutable_watch()->set_prev_hash(bytes_of(prev_hash));
    return event;
}

}  // namespace

Result<std::optional<OwnTip>> own_tip(const v1::TemplateMessage& message) {
    if (!message.has_template_() || !message.template_().has_bitcoin()) {
        return std::optional<OwnTip>{};
    }
    const v1::BitcoinTemplate& body = message.template_().bitcoin();
    OwnTip tip;
    LODE_TRY(tip.prev_hash, bitcoin::hash256_from_bytes(as_bytes(body.prev_hash())));
    LODE_TRY(tip.chainwork, bitcoin::hash256_from_bytes(as_bytes(body.chainwork())));
    return std::optional(tip);
}

v1::TemplateMessage hint_message(const Unknown& unknown, const Origin& origin) {
    auto message = begin<v1::TemplateMessage>(origin);
    v1::Hint& hint = *message.mutable_hint();
    hint.set_prev_hash(bytes_of(unknown.tip.prev_hash));
    hint.set_height(unknown.tip.height);
    hint.set_bits(unknown.tip.bits);
    hint.set_pool(origin.pool);
    return message;
}

v1::PoolEvent watch_event(const Met& met, const Origin& origin) {
    v1::PoolEvent event = begin_watch(origin, met.prev_hash);
    event.mutable_watch()->set_lag_ms(
        std::chrono::round<std::chrono::milliseconds>(met.lag).count());
    return event;
}

v1::PoolEvent watch_event(const Forked& forked, const Origin& origin) {
    v1::PoolEvent event = begin_watch(origin, forked.prev_hash);
    event.mutable_watch()->set_fork(true);
    return event;
}

v1::PoolEvent watch_event(const Rejoined& rejoined, const Origin& origin) {
    return begin_watch(origin, rejoined.prev_hash);
}

v1::PoolEvent alert_event(const Forked& forked, const Origin& origin) {
    auto event = begin<v1::PoolEvent>(origin);
    event.mutable_alert()->set_what("a watched pool stays on another tip than ours");
    event.mutable_alert()->set_detail(origin.pool + " mines on " +
                                      bitcoin::to_display_hex(forked.prev_hash) + ", we on " +
                                      bitcoin::to_display_hex(forked.ours));
    return event;
}

}  // namespace lode::poolwatcher
