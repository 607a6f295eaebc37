// How the replies of commands become answers over HTTP: a function a shape. Replies are well-formed: they are our own.
#pragma once

#include "net/http/http_route.h"

namespace penchant::http_replies {

HttpAnswer as_it_is(const Reply& reply, const HttpAsked& asked);
HttpAnswer recommendation(const Reply& reply, const HttpAsked& asked);
HttpAnswer plan(const Reply& reply, const HttpAsked& asked);
HttpAnswer checkpoints(const Reply& reply, const HttpAsked& asked);  // rows of them, at any depth
HttpAnswer loras(const Reply& reply, const HttpAsked& asked);
HttpAnswer parameters(const Reply& reply, const HttpAsked& asked);
HttpAnswer negatives(const Reply& reply, const HttpAsked& asked);
HttpAnswer explanation(const Reply& reply, const HttpAsked& asked);
HttpAnswer scores_asked(const Reply& reply, const HttpAsked& asked);
HttpAnswer keywords(const Reply& reply, const HttpAsked& asked);
HttpAnswer matrix(const Reply& reply, const HttpAsked& asked);
HttpAnswer history(const Reply& reply, const HttpAsked& asked);
HttpAnswer recorded(const Reply& reply, const HttpAsked& asked);
HttpAnswer pools(const Reply& reply, const HttpAsked& asked);
HttpAnswer pool(const Reply& reply, const HttpAsked& asked);
HttpAnswer pool_set(const Reply& reply, const HttpAsked& asked);
HttpAnswer pool_deleted(const Reply& reply, const HttpAsked& asked);
HttpAnswer users(const Reply& reply, const HttpAsked& asked);
HttpAnswer shared(const Reply& reply, const HttpAsked& asked);
HttpAnswer forgotten(const Reply& reply, const HttpAsked& asked);
HttpAnswer server(const Reply& reply, const HttpAsked& asked);
HttpAnswer metrics(const Reply& reply, const HttpAsked& asked);

}  // namespace penchant::http_replies
