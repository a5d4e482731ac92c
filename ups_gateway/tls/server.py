"""The TLS context of the gateway's listener.

The rule: what old applications speak and no less: TLS 1.2 and 1.3, with or without a server name, no client
certificates, no HTTP/2.
"""

from __future__ import annotations

import ssl

from ups_gateway.tls.authority import CertificatesFailed, ServerFiles


def server_context(files: ServerFiles) -> ssl.SSLContext:
    """A context with the server certificate loaded. Raises CertificatesFailed."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    reload(context, files)
    return context


def reload(context: ssl.SSLContext, files: ServerFiles) -> None:
    """Takes a renewed certificate into use: for new connections, without closing the listener."""
    try:
        context.load_cert_chain(files.cert, files.key)
    except (OSError, ssl.SSLError) as error:
        raise CertificatesFailed(f"The server certificate {files.cert} cannot be used: {error}.") from error
