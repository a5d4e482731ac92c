"""What to tell whom about expiry and trouble, and the ways of telling.

The rule: what is wrong is found and judged by pure functions; each way has a ledger of its own of what it has told, so
that one that fails neither holds up nor repeats the others.
"""
