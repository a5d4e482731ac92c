"""Signing in to UPS."""
