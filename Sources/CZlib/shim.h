// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <zlib.h>

/// `inflateInit2` (a macro) for gzip members only: window bits 15 + 16.
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 31); }

/// `deflateInit2` (a macro) for one gzip member: window bits 15 + 16.
static inline int czlib_deflate_init_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
}
