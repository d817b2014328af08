// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <libpq-fe.h>

// The SQLSTATE of a result, five characters, or NULL. (PG_DIAG_SQLSTATE is a character macro.)
static inline const char *cpq_result_sqlstate(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

// The primary message of a result's error, without detail, hint and context, or NULL.
static inline const char *cpq_result_primary_message(const PGresult *result) {
  return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}

static void cpq_ignore_notice(void *context, const PGresult *notice) {
  (void)context;
  (void)notice;
}

// Drops notices: a library prints nothing.
static inline void cpq_ignore_notices(PGconn *connection) {
  PQsetNoticeReceiver(connection, cpq_ignore_notice, 0);
}
