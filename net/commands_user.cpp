// SHARE: what a user decides about all that was learned.
#include "net/command.h"

namespace penchant::commands {

void share(Call& call) {
  const std::string_view user = call.arguments.text("the user");
  const bool on = call.arguments.option("ON");
  if (!on && !call.arguments.option("OFF")) call.arguments.fail("ON or OFF must follow");
  if (!call.arguments.done()) return call.reply.error(call.arguments.error());
  const auto shared = call.service.store().share({call.service.now_ms(), user, on});
  if (!shared) return call.reply.error("ERR " + shared.error().message);
  call.reply.simple("OK");
}

}  // namespace penchant::commands
