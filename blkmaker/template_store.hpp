// Templates by id, so that a solved share can be made into a block. Successive templates repeat
// most of their transactions: each distinct transaction is held once.
#pragma once

#include <map>
#include <memory>
#include <unordered_map>
#include <vector>

#include "blkmaker/block_tracker.hpp"
#include "common/base/clock.hpp"
#include "common/base/result.hpp"
#include "common/bitcoin/amount.hpp"
#include "common/bitcoin/hash256.hpp"

namespace lode::v1 {
class BlockTemplate;
}

namespace lode::blkmaker {

struct StoredTemplate {
    bitcoin::Hash256 prev_hash;
    std::uint32_t height = 0;
    std::uint32_t bits = 0;  // compact target that a block on it has to meet
    bitcoin::Satoshi coinbase_value;
    bool has_witness_commitment = false;
    std::vector<std::shared_ptr<const Bytes>> transactions;  // raw, in block order
};

class TemplateStore {
  public:
    // A block may be solved on an old template; after 2 h its tip is buried and the block
    // worthless. One template each 15 s for 2 h is 480: the count bounds a producer gone wild.
    static constexpr auto kept = std::chrono::hours(2);
    static constexpr std::size_t templates_max = 4096;

    // The same template comes by the bus, directly and from the disk; in any order.
    enum class Addition { known, added };
    // Malformed, naming the field, when the message cannot be used.
    [[nodiscard]] Result<Addition> add(const v1::BlockTemplate& message, UnixTime produced);
    // Forgets templates produced before now - kept.
    void expire(UnixTime now);
    // Null when unknown.
    [[nodiscard]] std::shared_ptr<const StoredTemplate> find(const bitcoin::Hash256& id) const;
    // Whether the newest template is so far above this height that a block there is worthless.
    [[nodiscard]] bool buried(std::uint32_t height) const;
    [[nodiscard]] std::size_t size() const { return templates_.size(); }
    // Distinct transactions held in memory.
    [[nodiscard]] std::size_t transactions() const { return transactions_.size(); }

  private:
    std::shared_ptr<const Bytes> intern(const bitcoin::Hash256& wtxid, const std::string& raw);
    void forget_oldest();

    std::unordered_map<bitcoin::Hash256, std::shared_ptr<const StoredTemplate>> templates_;
    std::unordered_map<bitcoin::Hash256, std::weak_ptr<const Bytes>> transactions_;
    std::multimap<UnixTime, bitcoin::Hash256> by_time_;
    std::uint32_t best_height_ = 0;
};

}  // namespace lode::blkmaker
