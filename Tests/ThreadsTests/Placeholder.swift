// tests of Threads
