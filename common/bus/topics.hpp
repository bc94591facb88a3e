// Every topic of the bus on one page: what flows, from whom to whom, keyed how, kept how long.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace lode::v1 {
class TemplateMessage;
class JobMessage;
class Share;
class SolvedShare;
class BlockEvent;
class PoolEvent;
class Command;
}  // namespace lode::v1

namespace lode::bus {

// When the embedded bus may delete a record; Kafka has settings of its own.
enum class Retention {
    for_time,              // after `kept`
    until_groups_have_it,  // when every group has committed past it, and after `kept`
};

struct TopicSpec {
    std::string_view name;  // "<chain>" stands for the chain's name
    std::uint32_t partitions;
    Retention retention;
    std::chrono::hours kept;
    std::chrono::hours kafka_kept;  // retention.ms: Kafka does not know who has read what
    // How long Kafka's producer collects records: none for rare topics; many small records of one
    // stream are cheaper and sooner there together.
    std::chrono::milliseconds linger;
};

template <class T>
struct Topic {
    using Message = T;
    TopicSpec spec;
};

namespace topics {

using std::chrono::hours;
using std::chrono::milliseconds;

// Produced by gbtmaker and poolwatcher (hints); consumed by jobmaker, blkmaker, poolwatcher and,
// for the hints, gbtmaker.
// Key: chain. Kept 2 h, because a block may be solved on a template long after it was replaced.
inline constexpr Topic<v1::TemplateMessage> block_template{
    {"lode.<chain>.template", 1, Retention::for_time, hours(2), hours(2), milliseconds(0)}};

// Produced by jobmaker; consumed by sserver, sharelogger (archives it), statshttpd.
// Key: chain. Kept until every group has it and 2 h, because a share can only be verified again
// with its job.
inline constexpr Topic<v1::JobMessage> job{
    {"lode.<chain>.job", 1, Retention::until_groups_have_it, hours(2), hours(48), milliseconds(0)}};

// Produced by sserver; consumed by sharelogger and statshttpd. Key: stream. 12 partitions, so
// that up to 12 shareloggers can share the work.
inline constexpr Topic<v1::Share> share{{"lode.<chain>.share", 12, Retention::until_groups_have_it,
                                         hours(1), hours(48), milliseconds(5)}};

// Produced by sserver; consumed by every blkmaker. Key: block hash. Kept 30 d, because a solved
// share is worth a block.
inline constexpr Topic<v1::SolvedShare> solved{{"lode.<chain>.solved", 1, Retention::for_time,
                                                hours(24 * 30), hours(24 * 30), milliseconds(0)}};

// Produced by blkmaker; consumed by jobmaker and statshttpd.
// Key: height. Kept 30 d, longer than any block needs to mature.
inline constexpr Topic<v1::BlockEvent> block{{"lode.<chain>.block", 1, Retention::for_time,
                                              hours(24 * 30), hours(24 * 30), milliseconds(0)}};

// Produced by gbtmaker, jobmaker and poolwatcher, for an operator's eyes: no service reads it yet.
// Key: instance. Kept 3 d.
inline constexpr Topic<v1::PoolEvent> event{
    {"lode.event", 1, Retention::for_time, hours(72), hours(72), milliseconds(0)}};

// Produced by statshttpd; consumed by sserver. Key: target. Kept 3 d.
inline constexpr Topic<v1::Command> control{
    {"lode.control", 1, Retention::for_time, hours(72), hours(72), milliseconds(0)}};

// All of them; those with <chain> exist once a chain.
inline constexpr std::array<TopicSpec, 7> all{
    block_template.spec, job.spec, share.spec, solved.spec, block.spec, event.spec, control.spec};

}  // namespace topics

}  // namespace lode::bus
