"""Every error the gateway answers with, in one tree.

    GatewayError                  code, severity, status (for dialects that show one), retry_after
    +-- ClientFault               the application's own doing; nothing was asked of UPS
    |   +-- MalformedRequest      10001   not readable, DOCTYPE, wrong encoding
    |   +-- RequestTooLarge       10013
    |   +-- UnknownOperation      20002   no such tool, or an API that UPS retired
    |   +-- InvalidRequest        10002   readable, but what is needed to ask UPS is missing
    |   +-- CredentialFault       what is wrong with the access key
    |   |   +-- NoCredentials     250005
    |   |   +-- UnknownLicence    250003  also a key nobody mapped yet, and the test host without a test mapping
    |   |   +-- WrongPassword     250002  wrong user or password
    |   |   +-- BlockedKey        250007
    |   +-- AccountRefused        120100  an account that is not the key's
    |   +-- BadDigest             125000  unknown, spent or voided digest
    |   +-- RepeatRefused         20001   repeats a request whose shipment was voided, or is in a person's hands
    |   +-- HungUp                20001   nobody waits for the answer, and UPS was not asked yet
    +-- UpsRefused                what UPS said, passed on; `errors` holds all of it
    +-- GatewayFault              20001   trouble between the application and UPS
        +-- NotAuthorised         Hard: the gateway has no usable consent; never the client's password
        +-- UpsUnreachable        Transient on read-only operations: safe to repeat
        +-- OutcomeUnknown        Hard: UPS may have created something; nothing is repeated blindly
        +-- GatewayBug            Hard: our own mistake

Outside the tree: NotSent and SentNoReply, which a transport raises and whoever sends makes one of the above.

Codes and severities: UPS.md section 4 and the house plan, section 4. Raise where it is known; `translate.fault`
is the one place that answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Severity = Literal["Authentication", "Hard", "Transient"]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error as UPS wrote it: code and text."""

    code: str
    message: str


class GatewayError(Exception):
    """An error an application is told in its own dialect. `message` is shown to it: never a secret, never a payload."""

    code: ClassVar[str] = "20001"
    severity: ClassVar[Severity] = "Hard"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, location: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        """Element path the error is about, e.g. "RatingServiceSelectionRequest/Shipment", or None."""

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """All that is to be said, gravest first."""
        return (Refusal(self.code, self.message),)


class ClientFault(GatewayError):
    """The application's own doing."""

    status = 400


class MalformedRequest(ClientFault):
    """The body cannot be read."""

    code = "10001"


class RequestTooLarge(ClientFault):
    """The body is larger than the gateway takes."""

    code = "10013"


class InvalidRequest(ClientFault):
    """The body can be read, but lacks what UPS must be asked with."""

    code = "10002"


class UnknownOperation(ClientFault):
    """No such tool, or an API that has no successor."""

    code = "20002"
    status = 404


class CredentialFault(ClientFault):
    """The access key is missing, unknown or wrong."""

    severity = "Authentication"
    status = 401


class NoCredentials(CredentialFault):
    """No access key, or only a part of one."""

    code = "250005"


class UnknownLicence(CredentialFault):
    """An AccessLicenseNumber that no one has mapped to an account."""

    code = "250003"


class WrongPassword(CredentialFault):
    """A known licence with another user or password."""

    code = "250002"


class BlockedKey(CredentialFault):
    """A key that the administrator has blocked, or one locked after too many wrong passwords."""

    code = "250007"
    status = 403


class AccountRefused(ClientFault):
    """A shipper number in the request that this key may not ship on."""

    code = "120100"


class BadDigest(ClientFault):
    """A ShipmentDigest that was never given to this key, is spent, or whose shipment was voided."""

    code = "125000"


class RepeatRefused(ClientFault):
    """The repeat of a request whose shipment was voided, or whose answer cannot be given again."""


class HungUp(ClientFault):
    """The client was gone before UPS was asked for something that costs money."""


class UpsRefused(GatewayError):
    """UPS answered with its own error object; it is passed on word for word."""

    status = 400

    def __init__(
        self,
        errors: tuple[Refusal, ...],
        *,
        http_status: int,
        transient: bool = False,
        retry_after: float | None = None,
        body: bytes = b"",
        content_type: str = "application/json",
    ) -> None:
        first = errors[0]
        super().__init__(f"{first.code} {first.message}")
        self.errors = errors
        self.http_status = http_status
        """The status UPS answered with."""
        self.transient = transient
        """429 or 5xx on a read-only operation: the client may try again."""
        self.retry_after = retry_after
        """Seconds UPS asked to wait, or None."""
        self.body = body
        """What UPS wrote, for clients that speak its own language; empty where words of ours were added."""
        self.content_type = content_type

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        return self.errors


class GatewayFault(GatewayError):
    """Trouble between the application and UPS that neither caused."""


class NotAuthorised(GatewayFault):
    """The gateway has no usable consent for the account: expired, rejected, never given, or a product not enabled."""


class UpsUnreachable(GatewayFault):
    """UPS cannot be reached, or answers nothing usable; nothing was created."""

    severity = "Transient"

    def __init__(self, message: str, *, transient: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.transient = transient
        """False where the operation creates something: then the client is told Hard."""
        self.retry_after = retry_after


class OutcomeUnknown(GatewayFault):
    """A creating call was sent and no answer came: UPS may or may not have created the shipment."""


class GatewayBug(GatewayFault):
    """Our own mistake; the log knows more."""


class StoreFailed(GatewayFault):
    """The store could not be read or written (disk full, read-only, locked)."""


class NotSent(Exception):
    """No byte of the request left this machine: repeating is always safe."""


class SentNoReply(Exception):
    """The request was, or may have been, sent and no whole reply came."""
