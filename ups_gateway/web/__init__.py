"""The listeners: old requests, the sign-in's return, and the administrator's pages."""
