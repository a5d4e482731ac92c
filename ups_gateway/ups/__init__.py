"""Talking to UPS: sockets (`transport`), and calls with bearer, repeats and breaker (`client`, `breaker`).

The rule: whoever sends learns one thing about a failure, namely whether UPS may have seen the request.
"""
