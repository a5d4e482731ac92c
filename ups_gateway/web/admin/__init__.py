"""The administrator's pages: does shipping work, and what is to be done.

The rule: every path wants a session unless `session.PUBLIC` names it, and every POST the session's CSRF token.
"""

from __future__ import annotations

from functools import partial

from aiohttp import web

from ups_gateway.web.admin import actions, alerting, consent, keys, pages, profiles, session, traffic
from ups_gateway.web.admin.guard import guard, hand_over
from ups_gateway.web.admin.live import Live, add_events
from ups_gateway.web.admin.parts import AdminParts, Probe, Verdict
from ups_gateway.web.admin.trouble import say_trouble
from ups_gateway.web.rendering import STATIC, set_up

__all__ = ["AdminParts", "Probe", "Verdict", "add_admin_routes"]

_ID = r"{id:\d{1,15}}"
_SEEN = "{id:[0-9a-f]{24}}"


def add_admin_routes(app: web.Application, parts: AdminParts) -> None:
    """Adds the pages and what guards them to the admin listener's application; other routes there are guarded too."""
    set_up(app)
    hand_over(app, parts)
    app[session.WRONG] = session.WrongTries()
    app.middlewares.extend((guard, say_trouble, session.signed_in))
    app.router.add_static("/static", STATIC)
    add_events(app, Live(partial(pages.looked_at, parts), parts.live_pause))
    app.router.add_get("/", pages.show_status)
    app.router.add_get("/api/status", pages.show_json)
    app.router.add_get(f"/shipments/{_ID}/labels", pages.send_labels, allow_head=False)
    app.router.add_get("/alerts", alerting.show)
    app.router.add_post("/alerts/test", alerting.test)
    app.router.add_post("/alerts/seen", alerting.see)
    app.router.add_post("/alerts/tell-again", alerting.tell_again)
    app.router.add_get("/traffic", traffic.show)
    app.router.add_post("/traffic/capture", traffic.capture)
    app.router.add_get(f"/traffic/captures/{_ID}", traffic.show_capture)
    app.router.add_get("/report", traffic.show_report)
    app.router.add_get("/report.csv", traffic.send_csv)
    app.router.add_get("/report.json", traffic.send_json)
    app.router.add_get("/sign-in", session.show_sign_in)
    app.router.add_post("/sign-in", session.sign_in)
    app.router.add_post("/sign-out", session.sign_out)
    app.router.add_get(consent.CONNECT, consent.show_connect)
    app.router.add_post("/profiles", consent.begin_new)
    app.router.add_post(f"/profiles/{_ID}/authorize", consent.begin)
    app.router.add_get("/paste", consent.show_paste)
    app.router.add_post("/paste", consent.paste)
    app.router.add_get(f"/profiles/{_ID}", profiles.show)
    app.router.add_post(f"/profiles/{_ID}/refresh", profiles.refresh)
    app.router.add_post(f"/profiles/{_ID}/disconnect", profiles.disconnect)
    app.router.add_post(f"/profiles/{_ID}/check", profiles.check)
    app.router.add_post(f"/profiles/{_ID}/delete", profiles.delete)
    app.router.add_post("/accounts", actions.add_account)
    app.router.add_post(f"/accounts/{_ID}/connect", actions.connect_account)
    app.router.add_post(f"/accounts/{_ID}/active", actions.set_active)
    app.router.add_post(f"/accounts/{_ID}/remove", actions.remove_account)
    app.router.add_get(f"/seen-keys/{_SEEN}", keys.show)
    app.router.add_post(f"/seen-keys/{_SEEN}/map", keys.map_key)
    app.router.add_post(f"/seen-keys/{_SEEN}/password", keys.accept_password)
    app.router.add_post(f"/seen-keys/{_SEEN}/mark", keys.mark_seen)
    app.router.add_post(f"/keys/{_ID}/quote", keys.let_quote)
    app.router.add_post(f"/keys/{_ID}/unlock", keys.unlock)
    app.router.add_post(f"/keys/{_ID}/mark", keys.mark)
    app.router.add_post(f"/shipments/{_ID}/void", actions.void)
    app.router.add_post(f"/shipments/{_ID}/look-up", actions.look_up)
    app.router.add_post(f"/shipments/{_ID}/settle", actions.settle)
