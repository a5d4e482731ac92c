"""Old clients in other languages: each call is a process of its own, given JSON and answering with JSON.

The rule: what is not installed skips a test and says so; in CI, which installs everything, it fails it.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, NoReturn

import pytest

HERE = Path(__file__).parent
PATIENCE = 20.0
"""Seconds that a call may take."""


def _lacking(words: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


def node(library: str) -> str:
    """Where Node is, once it and this library from npm are there."""
    found = shutil.which("node")
    if found is None:
        _lacking(f"Node is not installed, which {library} runs on")
    if not (HERE / "node_modules" / library).is_dir():
        _lacking(f"{library} is not installed; tests/run does it, by npm install")
    return found


def php() -> str:
    """Where PHP is, once it and its SOAP extension are there."""
    found = shutil.which("php")
    if found is None:
        _lacking("PHP is not installed; on Debian: apt-get install php-cli php-soap")
    there = subprocess.run([found, "-r", "exit(extension_loaded('soap') ? 0 : 1);"], check=False)
    if there.returncode != 0:
        _lacking("PHP's SOAP extension is not installed; on Debian: apt-get install php-soap")
    return found


def mono() -> str:
    """Where Mono is, once it and its makers of SOAP proxies and programs are there."""
    if not all(shutil.which(tool) for tool in ("mono", "wsdl", "mcs")):
        _lacking("Mono is not installed, which .NET programs run on; on Debian: apt-get install mono-devel mono-mcs")
    return "mono"


async def said(*command: str, given: Any) -> Any:
    """What the program writes when it is given this. What it complains of is shown if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(PATIENCE):
        answer, complaints = await process.communicate(json.dumps(given).encode())
    assert process.returncode == 0, complaints
    return json.loads(answer)
