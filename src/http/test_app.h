/* test_app.h - a small application for the server's tests: a handler for each thing a handler can
 * do. */
#ifndef XH_HTTP_TEST_APP_H
#define XH_HTTP_TEST_APP_H

#include "http/events.h"

extern const struct route app_routes[];
/* The cookie "session" or Authorization says "good", or "first": the password must be changed
 * first. */
enum rc app_authenticate(struct request *rq);
enum rc app_authorize(struct request *rq, int action);
/* Everybody with a name sees everything but the topic "covert". */
bool app_visible(const struct actor *who, const struct event *e);

#endif
