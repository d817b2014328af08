// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <stddef.h>
#include <zlib.h>

/// `inflateInit2` (a macro) for gzip members only: window bits 15 + 16.
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 31); }

/// `deflateInit2` (a macro) for one gzip member: window bits 15 + 16.
static inline int czlib_deflate_init_gzip(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
}

#if defined(__x86_64__)
typedef long long czlib_words __attribute__((vector_size(16), aligned(16)));
typedef long long czlib_unaligned_words __attribute__((vector_size(16), aligned(1)));

/// Multiplies without carries: both low words (0x00) or both high ones (0x11), by the powers of x that fold.
#define CZLIB_FOLD(x, by) \
  (__builtin_ia32_pclmulqdq128((x), (by), 0x00) ^ __builtin_ia32_pclmulqdq128((x), (by), 0x11))

/// Folds 64 bytes or more, a multiple of 16, into 16 bytes that have the same CRC-32, of a register that begins at 0.
/// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction".
__attribute__((target("pclmul,sse4.1"))) static inline void czlib_fold(
    unsigned int crc, const unsigned char *bytes, size_t count, unsigned char folded[16]) {
  const czlib_words by64 = {0x0154442bd4, 0x01c6e41596};  // x^(512+32), x^(512-32) mod P, reflected
  const czlib_words by16 = {0x01751997d0, 0x00ccaa009e};  // x^(128+32), x^(128-32) mod P, reflected
  const czlib_unaligned_words *words = (const czlib_unaligned_words *)bytes;
  czlib_words begin = {(long long)(crc ^ 0xffffffffu), 0};
  czlib_words a = words[0] ^ begin, b = words[1], c = words[2], d = words[3];
  for (words += 4, count -= 64; count >= 64; words += 4, count -= 64) {
    a = CZLIB_FOLD(a, by64) ^ words[0];
    b = CZLIB_FOLD(b, by64) ^ words[1];
    c = CZLIB_FOLD(c, by64) ^ words[2];
    d = CZLIB_FOLD(d, by64) ^ words[3];
  }
  a = CZLIB_FOLD(a, by16) ^ b;
  a = CZLIB_FOLD(a, by16) ^ c;
  a = CZLIB_FOLD(a, by16) ^ d;
  for (; count >= 16; words += 1, count -= 16) a = CZLIB_FOLD(a, by16) ^ words[0];
  *(czlib_unaligned_words *)folded = a;
}
#endif

/// Whether the processor multiplies without carries.
static inline int czlib_can_fold(void) {
#if defined(__x86_64__)
  unsigned int a = 1, b, c = 0, d;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return (c >> 1 & 1) && (c >> 19 & 1);
#else
  return 0;
#endif
}

/// `crc32_z`, with the processor's help for all but short runs where `can_fold` says that there is some.
static inline unsigned int czlib_crc32(unsigned int crc, const unsigned char *bytes, size_t count, int can_fold) {
#if defined(__x86_64__)
  if (can_fold && count >= 128) {
    unsigned char folded[16];
    czlib_fold(crc, bytes, count & ~(size_t)15, folded);
    // 0xffffffff stands for a register of 0: zlib inverts it on the way in and out.
    crc = (unsigned int)crc32_z(0xffffffffu, folded, sizeof folded);
    bytes += count & ~(size_t)15;
    count &= 15;
  }
#endif
  return (unsigned int)crc32_z(crc, bytes, count);
}
