// tests of Inspector
