"""TLS on loopback: a certificate authority of this machine alone, its server certificate, and how to trust it.

The rule: this package stands apart and imports nothing of the gateway. The authority can vouch for UPS's hosts and this
machine and for no other name, so that trusting it gives nobody else's connections away.
"""

from ups_gateway.tls.authority import UPS_HOSTS, CertificatesFailed, ServerFiles, ensure
from ups_gateway.tls.server import reload, server_context
from ups_gateway.tls.trust import Instruction, hosts_lines, instructions

__all__ = [
    "UPS_HOSTS",
    "CertificatesFailed",
    "Instruction",
    "ServerFiles",
    "ensure",
    "hosts_lines",
    "instructions",
    "reload",
    "server_context",
]
