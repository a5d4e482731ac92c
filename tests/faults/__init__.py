"""Every fault of UPS's, played on every operation in every dialect, and the table of what becomes of it."""
