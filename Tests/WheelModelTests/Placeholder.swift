// tests of WheelModel
