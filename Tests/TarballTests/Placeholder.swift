// tests of Tarball
