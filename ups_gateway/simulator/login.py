"""The pages of the simulator on their paths: front page, login, CampusShip.

The rule: the login keeps nothing; the authorize call travels in the form and is checked again at each step.
"""

from aiohttp import web

from ups_gateway.simulator import pages
from ups_gateway.simulator.model import Refused
from ups_gateway.simulator.sent import first_values
from ups_gateway.simulator.state import SIMULATOR
from ups_gateway.simulator.work import AUTHORIZE_FIELDS


def mount(app: web.Application) -> None:
    """Add the pages to an application that has its SIMULATOR."""
    app.router.add_get("/", show_front)
    app.router.add_get("/login", show_sign_in)
    app.router.add_post("/login", sign_in)
    app.router.add_get("/campusship", show_campusship)


async def show_front(request: web.Request) -> web.Response:
    """What this is, and whom it knows."""
    return _page(pages.front(request.app[SIMULATOR].settings))


async def show_sign_in(request: web.Request) -> web.Response:
    """The login page that an authorize call leads to."""
    simulator = request.app[SIMULATOR]
    fields = {name: request.query[name] for name in AUTHORIZE_FIELDS if name in request.query}
    try:
        asked = simulator.authority.authorize(fields)
    except Refused as refused:
        return _refused(refused)
    return _page(pages.sign_in(asked, fields))


async def sign_in(request: web.Request) -> web.Response:
    """The login form: back to the application with a code or a refusal."""
    simulator = request.app[SIMULATOR]
    given = first_values((await request.read()).decode("utf-8", "replace"))
    fields = {name: given[name] for name in AUTHORIZE_FIELDS if name in given}
    authority = simulator.authority
    try:
        asked = authority.authorize(fields)
    except Refused as refused:
        return _refused(refused)
    if given.get("choice") == "decline":
        return _redirect(authority.decline(asked))
    user = authority.sign_in(given.get("username", ""), given.get("password", ""))
    if user is None:
        return _page(pages.sign_in(asked, fields, wrong=True), 401)
    if user.campusship:
        return _redirect("/campusship")
    return _redirect(authority.allow(asked, user))


async def show_campusship(_: web.Request) -> web.Response:
    """Where logins end that cannot consent."""
    return _page(pages.campusship())


def _refused(refused: Refused) -> web.Response:
    return web.json_response(refused.body(), status=refused.status)


def _redirect(location: str) -> web.Response:
    return web.Response(status=302, headers=pages.HEADERS | {"Location": location})


def _page(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", charset="utf-8", headers=pages.HEADERS)
