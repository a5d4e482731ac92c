"""A local sidecar between applications that speak UPS's access-key APIs and UPS's current REST API."""

__version__ = "0.1.0"
