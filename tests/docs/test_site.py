"""The site is built without a complaint, from the pages as they are, and asks no other host for anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html

from tests.docs.lines import ROOT


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = (sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder))
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    ran = subprocess.run(command, cwd=ROOT, env=environ, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return folder


def test_every_page_is_in_the_site(site: Path) -> None:
    made = {page.with_suffix("").name for page in site.glob("*.html")} - {"404"}
    assert made == {page.stem for page in (ROOT / "docs").glob("*.md")}


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    loaded = [
        (page.name, address)
        for page in site.glob("*.html")
        for address in html.parse(page).xpath("//script/@src | //link[not(@rel='canonical')]/@href | //img/@src")
    ]
    assert len(loaded) > 50
    assert [one for one in loaded if re.match(r"(?:\w+:)?//", one[1])] == []


def test_what_pages_include_is_there(site: Path) -> None:
    said = [html.parse(site / f"{name}.html").findtext(".//h1") for name in ("changelog", "security")]
    assert said == ["Changelog", "Security"]


@pytest.mark.parametrize("name", ["README.md", "SECURITY.md", "CHANGELOG.md"])
def test_the_links_of_pages_outside_the_site_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)|(?:src|href)=\"([^\"]+)\"", (ROOT / name).read_text("utf-8"))
    inside = [one for pair in links for one in pair if one and not one.startswith("https://")]
    assert [one for one in inside if not (ROOT / one).exists()] == []
