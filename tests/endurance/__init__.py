"""Long runs by command, .ci/slow: kill -9 at random moments, and a soak with faults.

The rule: bounded, on loopback, and judged by what exists at the simulated UPS at the end, not by what the gateway says.
"""
