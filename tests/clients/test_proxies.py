"""Programs that only know a proxy setting, each by the proxy of its own library."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clients import programs
from tests.gateway import confirm, rate, told
from tests.house import KEY, Check, House, a_house
from ups_gateway.model import LegacyAnswer

CURL = (
    *("curl", "--silent", "--show-error", "--max-time", "20", "--data-binary", "@-", "--header", "Content-Type:"),
    *("--proxy", "{proxy}", "{url}"),
)
URLLIB = """import sys, urllib.request as u
opener = u.build_opener(u.ProxyHandler({'http': sys.argv[2], 'https': sys.argv[2]}))
print(opener.open(sys.argv[1], sys.stdin.buffer.read(), timeout=20).read().decode())"""
REQUESTS = """import sys, requests
by = {'http': sys.argv[2], 'https': sys.argv[2]}
print(requests.post(sys.argv[1], sys.stdin.buffer.read(), proxies=by).text)"""
PHP_CURL = """$curl = curl_init($argv[1]); curl_setopt_array($curl, [CURLOPT_POST => true,
    CURLOPT_RETURNTRANSFER => true, CURLOPT_PROXY => $argv[2], CURLOPT_POSTFIELDS => stream_get_contents(STDIN)]);
    $said = curl_exec($curl); echo $said ?: curl_error($curl);"""
PHP_SOAP = """$to = parse_url($argv[2]); $soap = new SoapClient(null, ['location' => $argv[1], 'uri' => 'urn:x',
    'proxy_host' => $to['host'], 'proxy_port' => $to['port']]);
    echo $soap->__doRequest(stream_get_contents(STDIN), $argv[1], '', 1);"""
PHP_STREAMS = """echo file_get_contents($argv[1], false, stream_context_create(['http' => ['method' => 'POST',
    'proxy' => str_replace('http:', 'tcp:', $argv[2]), 'request_fulluri' => str_starts_with($argv[1], 'http:'),
    'content' => stream_get_contents(STDIN)]]));"""
NODE = """const http = require('http'), to = new URL(process.argv[1]), by = new URL(process.argv[2]);
const post = (library, more) => process.stdin.pipe(library.request({method: 'POST', ...more},
    (answer) => answer.pipe(process.stdout)));
if (to.protocol === 'http:') {
    post(http, {host: by.hostname, port: by.port, path: to.href, headers: {host: to.host}});
} else {
    http.request({host: by.hostname, port: by.port, method: 'CONNECT', path: to.host + ':443'}).on('connect',
        (_, socket) => post(require('https'), {host: to.host, path: to.pathname,
            createConnection: () => require('tls').connect({socket, servername: to.host})})).end(); }"""
PERL = """use LWP::UserAgent; my ($url, $proxy) = @ARGV; my $agent = LWP::UserAgent->new;
$agent->proxy(['http', 'https'], $proxy); print $agent->post($url, Content => join '', <STDIN>)->decoded_content;"""


@dataclass(frozen=True)
class Program:
    """An old program: its command, with `{ca}`, `{url}` and `{proxy}`, and how it is told of the authority."""

    command: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


TAIL = ("{url}", "{proxy}")
PROGRAMS = {
    "curl": Program(CURL, {"CURL_CA_BUNDLE": "{ca}"}),
    "python urllib": Program((sys.executable, "-c", URLLIB, *TAIL), {"SSL_CERT_FILE": "{ca}"}),
    "python requests": Program((sys.executable, "-c", REQUESTS, *TAIL), {"REQUESTS_CA_BUNDLE": "{ca}"}),
    "php streams": Program(("php", "-d", "openssl.cafile={ca}", "-r", PHP_STREAMS, "--", *TAIL)),
    "php curl": Program(("php", "-d", "curl.cainfo={ca}", "-r", PHP_CURL, "--", *TAIL)),
    "php soap": Program(("php", "-d", "openssl.cafile={ca}", "-r", PHP_SOAP, "--", *TAIL)),
    "node": Program(("node", "-e", NODE, *TAIL), {"NODE_EXTRA_CA_CERTS": "{ca}"}),
    "perl LWP": Program(("perl", "-e", PERL, *TAIL), {"PERL_LWP_SSL_CA_FILE": "{ca}"}),
}
NEEDS = {
    "php curl": ("php", "-r", "exit(extension_loaded('curl') ? 0 : 1);"),
    "php soap": ("php", "-r", "exit(extension_loaded('soap') ? 0 : 1);"),
    "perl LWP": ("perl", "-MLWP::Protocol::https", "-e", "1"),
}


@pytest.fixture
async def house(tmp_path: Path, old_answers: Check | None) -> AsyncIterator[House]:
    async with a_house(tmp_path, check=old_answers, settings={"listen.proxy": "127.0.0.1:0"}) as house:
        yield house


def _is_there(name: str) -> bool:
    if shutil.which(PROGRAMS[name].command[0]) is None:
        return False
    return name not in NEEDS or not subprocess.run(NEEDS[name], check=False, capture_output=True).returncode


async def answered(house: House, name: str, url: str, document: str) -> bytes:
    """What the program got for the request."""
    program, app = PROGRAMS[name], house.gateway
    if not _is_there(name):
        pytest.skip(f"{name} is not installed")
    assert app.certificates is not None
    values = {"{ca}": str(app.certificates.ca_cert), "{url}": url, "{proxy}": f"http://{app.ports.proxy}"}

    def filled(text: str) -> str:
        for key, value in values.items():
            text = text.replace(key, value)
        return text

    process = await asyncio.create_subprocess_exec(
        *map(filled, program.command),
        env={**os.environ, **{key: filled(value) for key, value in program.environ.items()}},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(programs.PATIENCE):
        answer, complaints = await process.communicate((KEY + document).encode())
    assert process.returncode == 0, complaints
    return answer.strip()


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_that_knows_only_a_proxy_ships_through_it(house: House, name: str, scheme: str) -> None:
    body = await answered(house, name, f"{scheme}://onlinetools.ups.com/ups.app/xml/ShipConfirm", confirm())
    house.validate(body)
    confirmed = told(LegacyAnswer(200, {}, body))
    assert (confirmed.root, confirmed.good, confirmed.words) == ("ShipmentConfirmResponse", True, "")
    await house.until_settled()
    (row,) = await house.rows()
    assert (row.delivered, [one["number"] for one in await house.shipments()]) == (True, [row.number])


async def test_the_test_host_behind_a_connect_buys_nothing(house: House) -> None:
    body = await answered(house, "curl", "https://wwwcie.ups.com/ups.app/xml/Rate", rate())
    assert told(LegacyAnswer(200, {}, body)).code == "250003"


@pytest.mark.parametrize("name", ["curl", "python urllib"])
async def test_a_program_that_sends_all_its_traffic_there_is_told_so(house: House, name: str) -> None:
    with pytest.raises(AssertionError, match="403"):
        await answered(house, name, "https://www.example.com/", "")
    assert await house.calls("/") == await house.calls("/security")
