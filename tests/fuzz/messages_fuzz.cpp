// Any bytes are a message or refused; what was accepted serialises to bytes that read back as the
// same. The first byte chooses the message.
#include <google/protobuf/message_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <memory>

#include "common/base/assert.hpp"
#include "common/base/bytes.hpp"
#include "common/messages/block.pb.h"
#include "common/messages/control.pb.h"
#include "common/messages/event.pb.h"
#include "common/messages/job.pb.h"
#include "common/messages/share.pb.h"
#include "common/messages/solved.pb.h"
#include "common/messages/template.pb.h"

namespace {

const google::protobuf::MessageLite& kind_of(std::uint8_t choice) {
    static const google::protobuf::MessageLite* const kinds[] = {
        &lode::v1::TemplateMessage::default_instance(), &lode::v1::JobMessage::default_instance(),
        &lode::v1::Share::default_instance(),           &lode::v1::SolvedShare::default_instance(),
        &lode::v1::BlockEvent::default_instance(),      &lode::v1::PoolEvent::default_instance(),
        &lode::v1::Command::default_instance(),
    };
    return *kinds[choice % std::size(kinds)];
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    // Protobuf would write a line for each text that is not UTF-8.
    static const auto quiet = google::protobuf::SetLogHandler(nullptr);
    (void)quiet;
    const auto& empty = kind_of(data[0]);
    const std::unique_ptr<google::protobuf::MessageLite> message(empty.New());
    if (!message->ParseFromString(std::string(lode::as_chars({data + 1, size - 1})))) return 0;
    const auto bytes = message->SerializeAsString();
    LODE_ASSERT(bytes.size() == message->ByteSizeLong());
    const std::unique_ptr<google::protobuf::MessageLite> again(empty.New());
    LODE_ASSERT(again->ParseFromString(bytes) && again->SerializeAsString() == bytes);
    return 0;
}
