"""A stand-in for UPS: OAuth, the REST operations and a control interface, to try and test clients against.

The rule of this package: it imports nothing of the gateway. It says what UPS's documents say, whoever asks.
Not affiliated with or endorsed by UPS.
"""
