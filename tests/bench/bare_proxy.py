"""The floor for this stack: a reverse proxy of aiohttp and uvloop that adds a header and does nothing else.

python -m tests.bench.bare_proxy PORT ORIGIN
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

import uvloop
from aiohttp import ClientSession, DummyCookieJar, TCPConnector, web

SESSION = web.AppKey("session", ClientSession)
ORIGIN = web.AppKey("origin", str)


async def forward(request: web.Request) -> web.Response:
    body = await request.read()
    headers = {"Authorization": "Bearer none", "Content-Type": "application/json"}
    url = request.app[ORIGIN] + request.path_qs
    async with request.app[SESSION].request(request.method, url, data=body, headers=headers) as reply:
        answer = web.Response(status=reply.status, body=await reply.read(), content_type=reply.content_type)
    answer.force_close()
    return answer


async def session(app: web.Application) -> AsyncIterator[None]:
    async with ClientSession(connector=TCPConnector(limit=0), cookie_jar=DummyCookieJar()) as one:
        app[SESSION] = one
        yield


def application(origin: str) -> web.Application:
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app[ORIGIN] = origin
    app.cleanup_ctx.append(session)
    app.router.add_route("*", "/{path:.*}", forward)
    return app


def main(port: str, origin: str) -> None:
    app = application(origin)
    web.run_app(app, host="127.0.0.1", port=int(port), access_log=None, print=None, loop=uvloop.new_event_loop())


if __name__ == "__main__":
    main(*sys.argv[1:3])
