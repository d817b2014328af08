// tests of Digest
