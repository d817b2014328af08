"""liblmdb and libzstd through ctypes: what the comparison of layouts needs of them, and no more."""

import ctypes
import os

_SIZE, _POINTER = ctypes.c_size_t, ctypes.c_void_p


def _load(name, functions):
    library = ctypes.CDLL(name)
    for function, (result, *arguments) in functions.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


_ZSTD = _load("libzstd.so.1", {
    "ZSTD_createCCtx": (_POINTER,), "ZSTD_createDCtx": (_POINTER,),
    "ZSTD_CCtx_reset": (_SIZE, _POINTER, ctypes.c_int), "ZSTD_CCtx_setParameter": (_SIZE, _POINTER, ctypes.c_int, ctypes.c_int),
    "ZSTD_CCtx_refPrefix": (_SIZE, _POINTER, ctypes.c_char_p, _SIZE), "ZSTD_compressBound": (_SIZE, _SIZE),
    "ZSTD_compress2": (_SIZE, _POINTER, _POINTER, _SIZE, ctypes.c_char_p, _SIZE),
    "ZSTD_DCtx_setParameter": (_SIZE, _POINTER, ctypes.c_int, ctypes.c_int),
    "ZSTD_DCtx_refPrefix": (_SIZE, _POINTER, _POINTER, _SIZE),
    "ZSTD_decompressDCtx": (_SIZE, _POINTER, _POINTER, _SIZE, _POINTER, _SIZE), "ZSTD_isError": (ctypes.c_uint, _SIZE),
})


def _size(result):
    if _ZSTD.ZSTD_isError(result):
        raise SystemExit("zstd failed")
    return result


class Zstd:
    """Frames of level 3 with a checksum, against a prefix where there is one."""

    LEVEL, WINDOW, CHECKSUM, LONG_DISTANCE, DECODED_WINDOW = 100, 101, 201, 160, 100

    def __init__(self):
        self.compressor, self.decompressor = _ZSTD.ZSTD_createCCtx(), _ZSTD.ZSTD_createDCtx()
        _ZSTD.ZSTD_DCtx_setParameter(self.decompressor, self.DECODED_WINDOW, 27)

    def compress(self, raw, prefix=b""):
        context, reach = self.compressor, len(raw) + len(prefix)
        _ZSTD.ZSTD_CCtx_reset(context, 3)
        settings = [(self.LEVEL, 3), (self.CHECKSUM, 1), (self.WINDOW, max(10, (reach - 1).bit_length()))]
        for parameter, value in settings + [(self.LONG_DISTANCE, 1)] * (reach >= 1 << 20):
            _size(_ZSTD.ZSTD_CCtx_setParameter(context, parameter, value))
        if prefix:
            _size(_ZSTD.ZSTD_CCtx_refPrefix(context, prefix, len(prefix)))
        room = ctypes.create_string_buffer(_ZSTD.ZSTD_compressBound(len(raw)))
        size = _size(_ZSTD.ZSTD_compress2(context, room, len(room), raw, len(raw)))
        return room.raw[:size]

    def decompress(self, frame, length, prefix=None):
        """Returns a buffer; `prefix` is one, too."""
        output = ctypes.create_string_buffer(max(length, 1))
        if prefix is not None:
            _size(_ZSTD.ZSTD_DCtx_refPrefix(self.decompressor, prefix, len(prefix)))
        if _size(_ZSTD.ZSTD_decompressDCtx(self.decompressor, output, length, frame, len(frame))) != length:
            raise SystemExit("zstd gave another length")
        return output


class _Value(ctypes.Structure):
    _fields_ = [("size", _SIZE), ("data", _POINTER)]


_LMDB = _load("liblmdb.so.0", {
    "mdb_env_create": (ctypes.c_int, _POINTER), "mdb_env_set_mapsize": (ctypes.c_int, _POINTER, _SIZE),
    "mdb_env_open": (ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_uint, ctypes.c_uint),
    "mdb_env_close": (None, _POINTER), "mdb_txn_begin": (ctypes.c_int, _POINTER, _POINTER, ctypes.c_uint, _POINTER),
    "mdb_txn_commit": (ctypes.c_int, _POINTER), "mdb_txn_abort": (None, _POINTER),
    "mdb_dbi_open": (ctypes.c_int, _POINTER, ctypes.c_char_p, ctypes.c_uint, _POINTER),
    "mdb_put": (ctypes.c_int, _POINTER, ctypes.c_uint, _POINTER, _POINTER, ctypes.c_uint),
    "mdb_get": (ctypes.c_int, _POINTER, ctypes.c_uint, _POINTER, _POINTER),
})


def _done(status):
    if status:
        raise SystemExit(f"LMDB failed: {status}")


class Environment:
    """One LMDB file with one database; a transaction at a time."""

    APPEND, READ_ONLY = 0x20000, 0x20000

    def __init__(self, folder):
        os.mkdir(folder)
        self.path = os.path.join(folder, "data.mdb")
        self.handle, self.transaction, self.database = _POINTER(), _POINTER(), ctypes.c_uint()
        _done(_LMDB.mdb_env_create(ctypes.byref(self.handle)))
        _done(_LMDB.mdb_env_set_mapsize(self.handle, 1 << 34))
        _done(_LMDB.mdb_env_open(self.handle, os.fsencode(folder), 0, 0o644))
        self.begin()
        _done(_LMDB.mdb_dbi_open(self.transaction, None, 0, ctypes.byref(self.database)))
        self.commit()

    def begin(self, flags=0):
        _done(_LMDB.mdb_txn_begin(self.handle, None, flags, ctypes.byref(self.transaction)))

    def commit(self):
        _done(_LMDB.mdb_txn_commit(self.transaction))

    def abort(self):
        _LMDB.mdb_txn_abort(self.transaction)

    @staticmethod
    def _value(text):
        return _Value(len(text), ctypes.cast(ctypes.c_char_p(text), _POINTER))

    def put(self, key, value, append=False):
        key, value = self._value(key), self._value(value)
        _done(_LMDB.mdb_put(self.transaction, self.database, ctypes.byref(key), ctypes.byref(value), self.APPEND * append))

    def get(self, key):
        key, value = self._value(key), _Value()
        if _LMDB.mdb_get(self.transaction, self.database, ctypes.byref(key), ctypes.byref(value)):
            return None
        return ctypes.string_at(value.data, value.size)

    def close(self):
        _LMDB.mdb_env_close(self.handle)
