"""Requests that want to break the gateway, read what is not theirs, or be read as something else.

`python -m tests.hostile` prints what each of them costs the gateway.
"""
