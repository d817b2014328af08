// tests of LMDB
