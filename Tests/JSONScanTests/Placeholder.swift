// tests of JSONScan
