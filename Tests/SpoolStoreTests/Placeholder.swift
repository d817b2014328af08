// tests of SpoolStore
