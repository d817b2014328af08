// tests of Collector
