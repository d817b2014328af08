// tests of Exporter
