"""The few pages of the simulator that a person sees: front page, sign-in, and why a CampusShip login cannot consent.

The rule: each says that it is simulated and who it does not belong to; none looks like UPS's; every value is escaped.
"""

from collections.abc import Mapping
from html import escape

from ups_gateway.simulator.config import Settings
from ups_gateway.simulator.tokens import AuthorizeRequest

_STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
.note { border: 2px dashed #3a6ea5; border-radius: .5rem; padding: .5rem 1rem; }
.wrong { border-left: .3rem solid #b3261e; padding-left: .7rem; }
label { display: block; margin: .8rem 0; }
input { display: block; font: inherit; padding: .3rem; width: 100%; max-width: 20rem; box-sizing: border-box; }
button { font: inherit; padding: .4rem 1.2rem; margin: .5rem .5rem 0 0; }
table { border-collapse: collapse; width: 100%; }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; overflow-wrap: anywhere; }
"""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""No form-action: browsers would apply it to the redirect back to the application, too."""


def front(settings: Settings) -> str:
    """What this is, and whom it knows."""
    applications = "".join(
        _row(a.name, a.client_id, a.client_secret, ", ".join(a.redirect_uris), " ".join(sorted(a.accounts)))
        for a in settings.applications
    )
    users = "".join(
        _row(user.login, user.password, "cannot consent (CampusShip)" if user.campusship else "",
             " ".join(sorted(user.accounts)))
        for user in settings.users
    )  # fmt: skip
    return _page(
        "Simulated UPS",
        f"""<p>It answers the paths of UPS's OAuth (<code>/security/v1/oauth/...</code>) and REST APIs
(<code>/api/...</code>) for trying and testing clients. Nothing here is shipped, tracked or billed.</p>
<h2>Applications</h2>
<table><tr><th>Name<th>Client id<th>Client secret<th>Redirect URIs<th>Accounts</tr>{applications}</table>
<h2>Logins</h2>
<table><tr><th>User<th>Password<th><th>Accounts</tr>{users}</table>""",
    )


def sign_in(request: AuthorizeRequest, fields: Mapping[str, str], *, wrong: bool = False) -> str:
    """The form that stands in for the carrier's login; `fields` carry the authorize call on."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    trouble = '<p class="wrong" role="alert">This login and password do not go together.</p>' if wrong else ""
    return _page(
        "Simulated sign-in",
        f"""{trouble}<p>The application <strong>{escape(request.application.name)}</strong> asks to rate, ship and track
for you. The logins of this simulator are on its <a href="/">front page</a>.</p>
<form method="post" action="/login">{hidden}
<label>User name <input name="username" autocomplete="username" autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password"></label>
<button name="choice" value="allow">Allow</button>
<button name="choice" value="decline">Decline</button>
</form>""",
    )


def campusship() -> str:
    """Where the carrier sends logins that cannot consent."""
    return _page(
        "Simulated CampusShip page",
        """<p>This login belongs to CampusShip. It cannot give its consent to an application, and the application
is not told. Use another login that has the account.</p>""",
    )


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _page(title: str, content: str) -> str:
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body><h1>{escape(title)}</h1>
<p class="note">This page is simulated. It is not affiliated with or endorsed by UPS: never enter a real password.</p>
{content}
</body></html>
"""
