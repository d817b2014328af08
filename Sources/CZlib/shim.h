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

/// The CRC-32 register after 16 bytes or more, a multiple of 16, from the register before them; both not inverted.
/// Gopal et al., "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction".
__attribute__((target("pclmul,sse4.1"))) static inline unsigned int czlib_fold(
    unsigned int crc, const unsigned char *bytes, size_t count) {
  const czlib_words by64 = {0x0154442bd4, 0x01c6e41596};  // x^(512+32), x^(512-32) mod P, reflected
  const czlib_words by16 = {0x01751997d0, 0x00ccaa009e};  // x^(128+32), x^(128-32) mod P, reflected
  const czlib_words by8 = {0x0163cd6124, 0};              // x^64 mod P, reflected
  const czlib_words barrett = {0x01db710641, 0x01f7011641};  // P and x^64 / P, reflected
  const czlib_words low = {0xffffffff, 0xffffffff};       // the lower half of each word
  const czlib_unaligned_words *words = (const czlib_unaligned_words *)bytes;
  const czlib_words begin = {(long long)(unsigned long long)crc, 0};
  czlib_words a = words[0] ^ begin;
  words += 1, count -= 16;
  if (count >= 112) {
    czlib_words b = words[0], c = words[1], d = words[2];
    for (words += 3, count -= 48; count >= 64; words += 4, count -= 64) {
      a = CZLIB_FOLD(a, by64) ^ words[0];
      b = CZLIB_FOLD(b, by64) ^ words[1];
      c = CZLIB_FOLD(c, by64) ^ words[2];
      d = CZLIB_FOLD(d, by64) ^ words[3];
    }
    a = CZLIB_FOLD(a, by16) ^ b;
    a = CZLIB_FOLD(a, by16) ^ c;
    a = CZLIB_FOLD(a, by16) ^ d;
  }
  for (; count >= 16; words += 1, count -= 16) a = CZLIB_FOLD(a, by16) ^ words[0];

  // 128 bits to 64, and these to 32, the remainder by P.
  const czlib_words high = {a[1], 0};
  a = high ^ __builtin_ia32_pclmulqdq128(a, by16, 0x10);
  const czlib_words rest = {(long long)((unsigned long long)a[0] >> 32 | (unsigned long long)a[1] << 32), (long long)((unsigned long long)a[1] >> 32)};
  a = rest ^ __builtin_ia32_pclmulqdq128(a & low, by8, 0x00);
  czlib_words quotient = __builtin_ia32_pclmulqdq128(a & low, barrett, 0x10) & low;
  a ^= __builtin_ia32_pclmulqdq128(quotient, barrett, 0x00);
  return (unsigned int)((unsigned long long)a[0] >> 32);
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

/// `crc32_z`, with the processor's help where `can_fold` says that there is some.
static inline unsigned int czlib_crc32(unsigned int crc, const unsigned char *bytes, size_t count, int can_fold) {
#if defined(__x86_64__)
  if (can_fold) {
    unsigned int reg = ~crc;
    if (count >= 16) {
      const size_t whole = count & ~(size_t)15;
      reg = czlib_fold(reg, bytes, whole);
      bytes += whole;
      count &= 15;
    }
    const z_crc_t *table = get_crc_table();
    for (; count > 0; bytes += 1, count -= 1) reg = table[(reg ^ *bytes) & 0xff] ^ reg >> 8;
    return ~reg;
  }
#endif
  return (unsigned int)crc32_z(crc, bytes, count);
}
