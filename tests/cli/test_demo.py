"""`demo`, as a newcomer runs it: a process of its own, real ports."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

from PIL import Image

FREE = ("--port", "0", "--admin-port", "0", "--ups-port", "0", "--tls-port", "0")


def _demo(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ups_gateway", "demo", "--once", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def test_demo_once_ships_and_ends_with_status_0(tmp_path: Path) -> None:
    done = _demo(tmp_path, *FREE)
    assert (done.returncode, done.stderr) == (0, "")
    asked = re.findall(r"UPS was asked: (\S+ \S+) -> (\d+)", done.stdout)
    (label,) = tmp_path.iterdir()
    number = label.stem.removeprefix("label-")
    assert asked == [
        ("POST /api/rating/v2409/Shop", "200"),
        ("POST /api/shipments/v2409/ship", "200"),
        (f"GET /api/track/v1/details/{number}", "200"),
        (f"DELETE /api/shipments/v2409/void/cancel/{number}", "200"),
    ]
    assert done.stdout.count("<-- gateway:") == 5
    with Image.open(label) as picture:
        assert (picture.format, picture.size) == ("GIF", (1400, 800))
    assert re.search(r"http://127\.0\.0\.1:\d+/sign-in\?token=\S{40,}", done.stdout)


def test_a_taken_port_ends_with_status_1_and_names_the_option(tmp_path: Path) -> None:
    for option in ("--port", "--admin-port", "--ups-port", "--tls-port"):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            options = list(FREE)
            options[options.index(option) + 1] = str(port)
            done = _demo(tmp_path, *options)
        assert (done.returncode, done.stderr) == (
            1,
            f"Error: 127.0.0.1:{port} is taken by another program; choose another with {option}\n",
        )
