"""Signing in to UPS: the protocol (`flow`), one live token a profile (`keeper`), and sealing at rest (`vault`)."""
