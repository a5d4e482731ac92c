"""UPS with fixed answers: Debian's nginx, which costs next to nothing beside what is measured.

The rule: every path answers with one file, however it is asked; connections stay open as UPS's do.
"""

from __future__ import annotations

import json
import shutil
import ssl
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.bench.loads import MANY
from tests.bench.processes import Program, free_port, running

TOKEN_PATH: Final = "/security/v1/oauth/token"

_MAIN: Final = """
daemon off;
master_process off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_body_buffer_size 1m;
    client_max_body_size 32m;
{rest}
}}
"""
_ORIGIN: Final = """
    keepalive_requests 1000000;
    server {{
        listen 127.0.0.1:{port}{ssl};
        root {folder}/answers;
        error_page 405 =200 $uri;
        ssl_protocols TLSv1.2 TLSv1.3;
        {certificate}
    }}
    server {{
        listen 127.0.0.2:{port};
        root {folder}/answers{many};
        error_page 405 =200 $uri;
    }}
"""
_PROXY: Final = """
    upstream ups {{
        server 127.0.0.1:{to};
        keepalive 64;
        keepalive_requests 1000000;
    }}
    server {{
        listen 127.0.0.1:{port} backlog=512;
        keepalive_timeout 0;
        location / {{
            proxy_pass http://ups;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Authorization "Bearer none";
            proxy_buffers 16 128k;
            proxy_buffer_size 128k;
        }}
    }}
"""


def token() -> bytes:
    """UPS's answer to a request for a token of client credentials."""
    return json.dumps(
        {
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
            "client_id": "bench",
            "access_token": "t" * 1500,
            "expires_in": "14399",
            "status": "approved",
        }
    ).encode()


@asynccontextmanager
async def origin(
    folder: Path, answers: Mapping[str, bytes], certificate: tuple[Path, Path] | None = None
) -> AsyncIterator[Program]:
    """Serves `answers` by path, those below MANY at 127.0.0.2 as well.

    `certificate`: files of the chain and of its key, for TLS.
    """
    for path, content in {**answers, TOKEN_PATH: token(), MANY + TOKEN_PATH: token()}.items():
        file = folder / "answers" / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    port = free_port()
    lines = "" if certificate is None else "ssl_certificate {}; ssl_certificate_key {};".format(*certificate)
    server = _ORIGIN.format(port=port, folder=folder, ssl=" ssl" if certificate else "", certificate=lines, many=MANY)
    async with _nginx(folder, server, port) as program:
        yield program


@asynccontextmanager
async def proxy_pass(folder: Path, to: int) -> AsyncIterator[Program]:
    """nginx as the proxy: no translation, the limit of what can be had."""
    port = free_port()
    async with _nginx(folder, _PROXY.format(port=port, to=to), port) as program:
        yield program


@asynccontextmanager
async def _nginx(folder: Path, rest: str, port: int) -> AsyncIterator[Program]:
    found = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        raise SystemExit("nginx is needed: apt-get install nginx")
    file = _configured(folder, rest)
    async with running(
        found, "-c", str(file), "-p", str(folder), "-e", str(folder / "error.log"), port=port
    ) as program:
        yield program


def _configured(folder: Path, rest: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "nginx.conf"
    file.write_text(_MAIN.format(folder=folder, rest=rest))
    return file


def trusting(ca_file: Path) -> ssl.SSLContext:
    """What a client needs that calls such an origin."""
    return ssl.create_default_context(cafile=str(ca_file))
