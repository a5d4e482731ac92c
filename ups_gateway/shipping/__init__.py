"""Shipments: what UPS was asked to create, until it is surely the client's or surely voided.

The rule: an intent is on disk before UPS is asked, UPS's reply is on disk before the client is answered, and nothing
whose outcome is unknown is ever repeated. No UPS field is known here: see `carrier`.
"""

from __future__ import annotations
