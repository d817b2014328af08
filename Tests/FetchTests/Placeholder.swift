// tests of Fetch
