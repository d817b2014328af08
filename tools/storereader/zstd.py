"""Decoding with libzstd itself, which takes a prefix as `zstd --patch-from` does."""

import ctypes
import ctypes.util


class Decoder:
    def __init__(self):
        library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
        library.ZSTD_createDCtx.restype = ctypes.c_void_p
        library.ZSTD_getErrorName.restype = ctypes.c_char_p
        for function, result, arguments in (
                ("ZSTD_freeDCtx", ctypes.c_size_t, [ctypes.c_void_p]),
                ("ZSTD_isError", ctypes.c_uint, [ctypes.c_size_t]),
                ("ZSTD_getErrorName", ctypes.c_char_p, [ctypes.c_size_t]),
                ("ZSTD_DCtx_refPrefix", ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t]),
                ("ZSTD_decompressDCtx", ctypes.c_size_t,
                 [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t])):
            found = getattr(library, function)
            found.restype, found.argtypes = result, arguments
        self.library = library
        self.context = library.ZSTD_createDCtx()

    def decode(self, frame, raw_bytes, prefix=b""):
        """The raw bytes of one frame."""
        if prefix:
            self.check(self.library.ZSTD_DCtx_refPrefix(self.context, prefix, len(prefix)))
        output = ctypes.create_string_buffer(max(raw_bytes, 1))
        count = self.library.ZSTD_decompressDCtx(self.context, output, raw_bytes, frame, len(frame))
        self.check(count)
        return output.raw[:count]

    def check(self, status):
        if self.library.ZSTD_isError(status):
            raise ValueError("zstd: " + self.library.ZSTD_getErrorName(status).decode())

    def __del__(self):
        if getattr(self, "context", None):
            self.library.ZSTD_freeDCtx(self.context)
