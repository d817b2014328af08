// Tarball
