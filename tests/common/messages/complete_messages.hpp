// One of each message with every field set, to values that no default hides.
#pragma once

#include "common/messages/block.pb.h"
#include "common/messages/control.pb.h"
#include "common/messages/event.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "common/messages/template.pb.h"

namespace lode::test {

template <class Message>
Message with_origin() {
    Message message;
    message.set_produced_unix_ms(1'700'000'000'123);
    message.set_source("source-1");
    return message;
}

template <class Message>
Message with_chain() {
    auto message = with_origin<Message>();
    message.set_chain("main");
    return message;
}

inline std::string hash(char digit) {
    return std::string(32, digit);
}

inline v1::TemplateMessage complete_template() {
    auto message = with_chain<v1::TemplateMessage>();
    auto& body = *message.mutable_template_();
    body.set_template_id(hash('a'));
    body.set_node("http://127.0.0.1:8332");
    body.set_node_time_unix_ms(1'700'000'000'100);
    auto& bitcoin = *body.mutable_bitcoin();
    bitcoin.set_prev_hash(hash('b'));
    bitcoin.set_height(840'000);
    bitcoin.set_chainwork(hash('c'));
    bitcoin.set_version(0x20000000);
    bitcoin.set_bits(0x17034219);
    bitcoin.set_min_time(1'699'999'000);
    bitcoin.set_cur_time(1'700'000'000);
    bitcoin.set_coinbase_value(312'500'000);
    bitcoin.set_coinbase_aux("aux");
    bitcoin.set_witness_commitment("commitment");
    bitcoin.set_weight_limit(4'000'000);
    bitcoin.set_sigop_limit(80'000);
    bitcoin.set_version_bits_required(4);
    bitcoin.set_empty(true);
    auto& transaction = *bitcoin.add_transactions();
    transaction.set_data("raw");
    transaction.set_txid(hash('d'));
    transaction.set_wtxid(hash('e'));
    transaction.set_fee(1'000);
    transaction.set_weight(561);
    transaction.set_sigops(4);
    return message;
}

inline v1::TemplateMessage complete_hint() {
    auto message = with_chain<v1::TemplateMessage>();
    auto& hint = *message.mutable_hint();
    hint.set_prev_hash(hash('a'));
    hint.set_height(840'001);
    hint.set_bits(0x17034219);
    hint.set_pool("other");
    return message;
}

inline v1::JobMessage complete_job() {
    auto message = with_chain<v1::JobMessage>();
    message.set_generation(7);
    auto& job = *message.mutable_job();
    job.set_job_id(1'700'000'000ULL << 16);
    job.set_template_id(hash('a'));
    job.set_height(840'000);
    job.set_clean(true);
    job.set_network_target(hash('b'));
    job.set_reward(312'500'000);
    auto& bitcoin = *job.mutable_bitcoin();
    bitcoin.set_prev_hash(hash('c'));
    bitcoin.set_version(0x20000000);
    bitcoin.set_version_mask(0x1fffe000);
    bitcoin.set_bits(0x17034219);
    bitcoin.set_time(1'700'000'000);
    bitcoin.set_min_time(1'699'999'000);
    bitcoin.set_node_time_unix_ms(1'700'000'000'100);
    bitcoin.set_coinbase_prefix("prefix");
    bitcoin.set_extranonce_size(12);
    bitcoin.set_coinbase_suffix("suffix");
    bitcoin.set_witness(true);
    bitcoin.add_merkle_branch(hash('d'));
    bitcoin.add_merkle_branch(hash('e'));
    bitcoin.set_transaction_count(2);
    auto& solo = *bitcoin.mutable_solo();
    solo.set_head("head");
    solo.set_fee_ppm(10'000);
    solo.set_fee_script("script");
    solo.set_witness_commitment("commitment");
    solo.set_lock_time(839'999);
    bitcoin.set_salt_size(4);
    return message;
}

inline v1::JobMessage complete_claim() {
    auto message = with_chain<v1::JobMessage>();
    message.set_generation(7);
    (void)message.mutable_claim();
    return message;
}

inline v1::JobMessage complete_heartbeat() {
    auto message = with_chain<v1::JobMessage>();
    message.set_generation(7);
    message.mutable_heartbeat()->set_job_id(1'700'000'000ULL << 16);
    return message;
}

inline v1::Share complete_share() {
    auto share = with_chain<v1::Share>();
    share.set_stream(0x0001000000020003);
    share.set_sequence(42);
    share.set_user("bc1quser");
    share.set_worker("rig");
    share.set_job_id(1'700'000'000ULL << 16);
    share.set_height(840'000);
    share.set_target(hash('a'));
    share.set_work(std::string(16, 'w'));
    share.set_solves_block(true);
    auto& proof = *share.mutable_bitcoin();
    proof.set_extranonce1("\x01\x02\x03\x04");
    proof.set_extranonce2("\x01\x02\x03\x04\x05\x06\x07\x08");
    proof.set_ntime(1'700'000'000);
    proof.set_nonce(0xffffffff);
    proof.set_version(0x20002000);
    proof.set_bits(0x17034219);
    proof.set_payout_script("script");
    proof.set_salt("salt");
    return share;
}

inline v1::SolvedShare complete_solved() {
    auto solved = with_chain<v1::SolvedShare>();
    solved.set_block_hash(hash('a'));
    solved.set_height(840'000);
    solved.set_job_id(1'700'000'000ULL << 16);
    solved.set_template_id(hash('b'));
    solved.set_user("bc1quser");
    solved.set_worker("rig");
    solved.mutable_bitcoin()->set_header(std::string(80, 'h'));
    solved.mutable_bitcoin()->set_coinbase("coinbase");
    solved.mutable_bitcoin()->set_payout_script("script");
    return solved;
}

inline v1::BlockEvent complete_block() {
    auto event = with_chain<v1::BlockEvent>();
    event.set_state(v1::ACCEPTED);
    event.set_block_hash(hash('a'));
    event.set_prev_hash(hash('b'));
    event.set_height(840'000);
    event.set_reward(312'500'000);
    event.set_user("bc1quser");
    event.set_worker("rig");
    event.set_job_id(1'700'000'000ULL << 16);
    event.set_found_unix_ms(1'700'000'000'120);
    event.set_confirmations(1);
    auto& answer = *event.add_answers();
    answer.set_node("http://127.0.0.1:8332");
    answer.set_answer("accepted");
    answer.set_answered_unix_ms(1'700'000'000'130);
    return event;
}

inline v1::PoolEvent complete_session() {
    auto event = with_chain<v1::PoolEvent>();
    auto& session = *event.mutable_session();
    session.set_kind(v1::SessionEvent::AUTHORIZED);
    session.set_session(0x00100001);
    session.set_user("bc1quser");
    session.set_worker("rig");
    session.set_agent("miner/1.0");
    return event;
}

inline v1::PoolEvent complete_node() {
    auto event = with_chain<v1::PoolEvent>();
    event.mutable_node()->set_node("http://127.0.0.1:8332");
    event.mutable_node()->set_usable(true);
    event.mutable_node()->set_reason("wrong chain");
    return event;
}

inline v1::PoolEvent complete_watch() {
    auto event = with_chain<v1::PoolEvent>();
    auto& watch = *event.mutable_watch();
    watch.set_pool("other");
    watch.set_prev_hash(hash('a'));
    watch.set_lag_ms(-5);
    watch.set_fork(true);
    return event;
}

inline v1::PoolEvent complete_alert() {
    auto event = with_chain<v1::PoolEvent>();
    event.mutable_alert()->set_what("node down");
    event.mutable_alert()->set_detail("connection refused");
    return event;
}

inline v1::PoolEvent complete_ban() {
    auto event = with_chain<v1::PoolEvent>();
    event.mutable_ban()->set_address("192.0.2.1");
    event.mutable_ban()->set_reason("malformed");
    event.mutable_ban()->set_seconds(300);
    return event;
}

inline v1::Command complete_command() {
    auto command = with_origin<v1::Command>();
    command.set_id("id");
    command.set_target("sserver");
    command.set_action("reload");
    command.set_argument("argument");
    command.set_audit_id(3);
    return command;
}

}  // namespace lode::test
