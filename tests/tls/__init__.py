"""The local certificate authority."""
