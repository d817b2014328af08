// tests of Zstd
