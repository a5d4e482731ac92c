"""UPS's OAuth endpoints without the sockets: who may ask for what, and what is refused with which code.

The rule: the wire is UPS's own OpenAPI: every reply value is a string, every refusal an errors object. The codes 10400,
10401 and 10429 and the words of the first three refusals were seen in public logs; the others follow their pattern.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections import Counter
from collections.abc import Callable, Mapping
from urllib.parse import urlencode, urlsplit

from ups_gateway.simulator.config import DAY, Application, Settings, User
from ups_gateway.simulator.model import Refused
from ups_gateway.simulator.tokens import AuthorizeRequest, Reply, Tokens

Form = Mapping[str, str]

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class QuotaExceeded(Refused):
    """Too many token calls; `retry_after` seconds until the next day of the quota."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(429, "10429", "Too Many Request")
        self.retry_after = retry_after


class Authority:
    """Answers for one simulated UPS: authorize, consent, token, refresh."""

    def __init__(self, settings: Settings, tokens: Tokens, now: Callable[[], float]) -> None:
        self._tokens = tokens
        self._now = now
        self._quota = settings.token_quota
        self._applications = {application.client_id: application for application in settings.applications}
        self._users = {user.login: user for user in settings.users}
        self._calls: Counter[tuple[str, int]] = Counter()

    def authorize(self, query: Form) -> AuthorizeRequest:
        """Check an authorize call, or the login form that carries it on. Raises `Refused`."""
        application = self._applications.get(query.get("client_id", ""))
        if application is None:
            raise Refused(401, "10401", "ClientId is Invalid")
        redirect_uri = query.get("redirect_uri", "")
        if not any(_same_redirect(redirect_uri, known, application) for known in application.redirect_uris):
            raise Refused(400, "10400", "Invalid Redirect URI")
        if query.get("response_type") != "code":
            raise Refused(400, "10400", "Invalid Response Type")
        if "authorization_code" not in application.grants:
            raise Refused(401, "10401", "Grant Type is not allowed for this ClientId")
        challenge = query.get("code_challenge") or None
        if challenge is not None and not _CHALLENGE.fullmatch(challenge):
            raise Refused(400, "10400", "Invalid Code Challenge")
        return AuthorizeRequest(application, redirect_uri, query.get("scope", ""), query.get("state"), challenge)

    def sign_in(self, login: str, password: str) -> User | None:
        """The user, if the password is right."""
        user = self._users.get(login)
        return user if user is not None and _same(user.password, password) else None

    def allow(self, request: AuthorizeRequest, user: User) -> str:
        """Where the browser goes after consent; the code comes first."""
        answer = {"code": self._tokens.new_code(request, user), "scope": request.scope}
        return _redirect(request, answer)

    def decline(self, request: AuthorizeRequest) -> str:
        """Where the browser goes when the user says no."""
        return _redirect(request, {"error": "access_denied"})

    def token(self, form: Form, authorization: str | None, merchant: str | None) -> Reply:
        """Answer POST /security/v1/oauth/token. Raises `Refused`."""
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form, authorization)
            case "client_credentials":
                return self._client_credentials(form, authorization, merchant)
        raise Refused(400, "10400", "Invalid/Missing Grant Type")

    def refresh(self, form: Form, authorization: str | None) -> Reply:
        """Answer POST /security/v1/oauth/refresh. Raises `Refused`."""
        application = self._client(authorization)
        if form.get("grant_type") != "refresh_token":
            raise Refused(400, "10400", "Invalid/Missing Grant Type")
        token = form.get("refresh_token")
        if not token:
            raise Refused(400, "10400", "Missing Refresh Token")
        reply = self._tokens.for_refresh(token, application)
        if reply is None:
            raise Refused(401, "10400", "Invalid Refresh Token")
        return reply

    def owner(self, form: Form, authorization: str | None) -> str | None:
        """The grant that a token call belongs to, also when it will be refused; for the call log."""
        match form.get("grant_type"):
            case "refresh_token":
                return self._tokens.owner_of_refresh(form.get("refresh_token", ""))
            case "authorization_code":
                return self._tokens.owner_of_code(form.get("code", ""))
            case "client_credentials":
                named = _basic(authorization or "")
                return named[0] if named is not None and named[0] in self._applications else None
        return None

    def _exchange(self, form: Form, authorization: str | None) -> Reply:
        code = form.get("code", "")
        challenged = self._tokens.code_was_challenged(code)
        if challenged is None:
            challenged = authorization is None and "code_verifier" in form
        application = self._public_client(form, authorization) if challenged else self._client(authorization)
        found = self._tokens.spend_code(code, application)
        if found is None:
            raise Refused(401, "10401", "Invalid Authorization Code")
        if form.get("redirect_uri") != found.request.redirect_uri:
            raise Refused(400, "10400", "Invalid Redirect URI")
        verifier = form.get("code_verifier")
        if found.request.challenge is None:
            if verifier:
                raise Refused(400, "10400", "Code Verifier without Code Challenge")
        elif not verifier or not _same(found.request.challenge, s256(verifier)):
            raise Refused(400, "10400", "Invalid Code Verifier")
        return self._tokens.for_code(found)

    def _client_credentials(self, form: Form, authorization: str | None, merchant: str | None) -> Reply:
        application = self._client(authorization)
        if "client_credentials" not in application.grants:
            raise Refused(401, "10401", "Grant Type is not allowed for this ClientId")
        if merchant is not None and merchant not in application.accounts:
            raise Refused(403, "10403", "Blocked Merchant")
        return self._tokens.for_client(application, form.get("scope", ""))

    def _public_client(self, form: Form, authorization: str | None) -> Application:
        """The client of a code that was asked for with PKCE: named in the form, without a Basic header."""
        if authorization is not None:
            raise Refused(400, "10400", "Invalid Authorization Header")
        application = self._applications.get(form.get("client_id", ""))
        if application is None:
            raise Refused(401, "10401", "ClientId is Invalid")
        self._count(application)
        return application

    def _client(self, authorization: str | None) -> Application:
        """The client that HTTP Basic names and proves."""
        named = _basic(authorization or "")
        if named is None:
            raise Refused(400, "10400", "Invalid/Missing Authorization Header")
        client_id, secret = named
        application = self._applications.get(client_id)
        if application is None or not _same(application.client_secret, secret):
            raise Refused(401, "10401", "ClientId is Invalid")
        self._count(application)
        return application

    def _count(self, application: Application) -> None:
        if self._quota is None:
            return
        day, elapsed = divmod(int(self._now()), DAY)
        if self._calls[application.client_id, day] >= self._quota:
            raise QuotaExceeded(DAY - elapsed)
        self._calls[application.client_id, day] += 1


def s256(verifier: str) -> str:
    """The PKCE challenge of a verifier (RFC 7636, S256)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _basic(authorization: str) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, None when it is no such header."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (client_id, secret) if colon else None


def _same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode())


def _same_redirect(given: str, registered: str, application: Application) -> bool:
    """Exactly equal, as UPS demands; or equal but for the port on loopback, where the application allows it."""
    if given == registered:
        return True
    known = urlsplit(registered)
    if not application.loopback_any_port or known.hostname not in _LOOPBACK:
        return False
    try:
        asked = urlsplit(given)
        port = asked.port
    except ValueError:
        return False
    host = f"[{known.hostname}]" if ":" in known.hostname else known.hostname
    return port is not None and asked == known._replace(netloc=f"{host}:{port}")


def _redirect(request: AuthorizeRequest, answer: dict[str, str]) -> str:
    if request.state is not None:
        answer["state"] = request.state
    joint = "&" if urlsplit(request.redirect_uri).query else "?"
    return f"{request.redirect_uri}{joint}{urlencode(answer)}"
