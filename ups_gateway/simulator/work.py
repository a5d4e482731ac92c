"""What UPS does with a request: OAuth, then every REST call behind its bearer check.

The rule: no sockets here; a request goes in, a reply comes out, and every refusal is UPS's errors object.
"""

from urllib.parse import urlencode

import msgspec

from ups_gateway.simulator.model import Call, Refused, Reply
from ups_gateway.simulator.oauth import QuotaExceeded
from ups_gateway.simulator.products import Product
from ups_gateway.simulator.routing import MethodRefused
from ups_gateway.simulator.sent import Sent
from ups_gateway.simulator.state import Simulator

AUTHORIZE = "/security/v1/oauth/authorize"
TOKEN = "/security/v1/oauth/token"  # noqa: S105 - a path
REFRESH = "/security/v1/oauth/refresh"
OAUTH = {AUTHORIZE: "GET", TOKEN: "POST", REFRESH: "POST"}

AUTHORIZE_FIELDS = ("client_id", "redirect_uri", "response_type", "scope", "state", "code_challenge")
"""What the login page carries from the authorize call to its own form."""


def work(simulator: Simulator, sent: Sent) -> Reply:
    """Answer one request."""
    try:
        return _oauth(simulator, sent) if sent.path.startswith("/security/") else _rest(simulator, sent)
    except Refused as refused:
        return refusal(refused)


def refusal(refused: Refused) -> Reply:
    """A refusal as it is sent."""
    headers: dict[str, str] = {}
    if isinstance(refused, MethodRefused):
        headers["Allow"] = ", ".join(refused.allowed)
    if isinstance(refused, QuotaExceeded):
        headers["Retry-After"] = str(refused.retry_after)
    return Reply(refused.status, refused.body(), headers)


def owner(simulator: Simulator, sent: Sent) -> str | None:
    """The grant that a request belongs to, also when it will be refused; for the call log."""
    if sent.path in (TOKEN, REFRESH):
        return simulator.authority.owner(sent.form, sent.authorization)
    return simulator.tokens.owner_of_bearer(sent.bearer)


def _oauth(simulator: Simulator, sent: Sent) -> Reply:
    method = OAUTH.get(sent.path)
    if method is None:
        raise Refused(404, "10404", "Resource Not Found")
    if sent.method != method:
        raise MethodRefused([method])
    authority = simulator.authority
    if sent.path == AUTHORIZE:
        name = authority.authorize(sent.query).application.name
        carried = {field: sent.query[field] for field in AUTHORIZE_FIELDS if field in sent.query}
        location = f"/login?{urlencode(carried | {'type': 'ups_com_api'})}"
        return Reply(302, None, {"Location": location, "appname": name, "displayname": name})
    if sent.path == TOKEN:
        granted = authority.token(sent.form, sent.authorization, sent.headers.get("x-merchant-id"))
    else:
        granted = authority.refresh(sent.form, sent.authorization)
    return Reply(200, granted, {"Cache-Control": "no-store"})


def _rest(simulator: Simulator, sent: Sent) -> Reply:
    match = simulator.router.find(sent.method, sent.path)
    access = simulator.tokens.bearer(sent.bearer)
    product = match.product
    if access is None or product.name in access.application.without_products:
        raise Refused(401, "250002", "Invalid Authentication Information.")
    if match.version not in product.versions:
        raise Refused(
            400,
            "20002",
            f"The specified service name, {product.name}, and version number, {match.version}, combination is invalid.",
        )
    _check_transaction(product, sent)
    call = Call(
        method=sent.method,
        path=sent.path,
        params=match.params,
        query=sent.query,
        headers=sent.headers,
        body=_json_body(sent),
        version=match.version,
        grant=access.grant,
    )
    return match.handler(call, simulator.world)


def _check_transaction(product: Product, sent: Sent) -> None:
    if not product.transaction_headers:
        return
    if not sent.headers.get("transid", "").strip():
        raise Refused(400, "100001", "Missing transId in the request header")
    if not sent.headers.get("transactionsrc", "").strip():
        raise Refused(400, "100002", "Missing transactionSrc in the request header")


def _json_body(sent: Sent) -> object:
    """The JSON object of a request; POST demands one. Raises `Refused`."""
    if not sent.body.strip():
        if sent.method == "POST":
            raise Refused(400, "10003", "The request is either empty or null.")
        return None
    content_type = sent.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    try:
        body: object = msgspec.json.decode(sent.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused(400, "10001", "The request is not well formed.") from error
    if content_type != "application/json" or not isinstance(body, dict):
        raise Refused(400, "10002", "The request is well formed but the request is not valid.")
    return body
