"""How requests look on the wire: recognise, take the credentials out, unwrap, wrap the answer, wrap the fault.

Every dialect module has the same functions, called by `translate` only: `unwrap(call)`, `wrap` for a good answer and
`wrap_fault` for an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ups_gateway.model import Credentials, Operation


@dataclass(frozen=True, slots=True)
class Unwrapped:
    """A request without its wrapping."""

    operation: Operation
    credentials: Credentials
    root: str
    """Name of the request's root element, e.g. RateRequest."""
    tree: Any
    """What stands below the root."""
    wire: Any
    """What the dialect must remember to wrap the answer."""
