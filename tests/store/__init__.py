"""The store and what stands beside it."""
