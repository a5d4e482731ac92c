"""The instructions are complete as they stand."""

import shlex
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ups_gateway.tls import Instruction, ensure, instructions

PLACE = Path("/etc/ups-gateway/ca.pem")
PLATFORMS = (
    *("Debian", "Ubuntu", "Red Hat", "Windows", "macOS", "Firefox", "Chromium", "NSS"),
    *("Java", "Node.js", "PHP", "Python", "Ruby", "Perl", ".NET", "curl"),
)


def test_every_platform_and_language_has_its_commands_with_the_path_filled_in() -> None:
    found = instructions(PLACE)
    titles = " ".join(each.title for each in found)
    assert [name for name in PLATFORMS if name not in titles] == []
    for each in found:
        assert str(PLACE) in "\n".join(each.commands)
        assert "{" not in "".join(each.commands)


def test_one_instruction_reads_as_it_is_to_be_typed() -> None:
    assert [each for each in instructions(PLACE) if each.title == "Node.js"] == [
        Instruction(
            "Node.js",
            ("export NODE_EXTRA_CA_CERTS=/etc/ups-gateway/ca.pem",),
            "Set before node starts; a service needs it in its unit or start script.",
        )
    ]


def test_an_odd_path_is_quoted_for_the_shell() -> None:
    place = Path("/home/o'hara/my files/ca.pem")
    (debian,) = (each for each in instructions(place) if each.title.startswith("Debian"))
    assert shlex.split(debian.commands[0])[4] == str(place)


@pytest.mark.skipif(shutil.which("keytool") is None, reason="Java's keytool is not installed")
def test_java_imports_the_authority_as_instructed(tmp_path: Path) -> None:
    ca = ensure(tmp_path / "tls", datetime.now(UTC)).ca_cert
    (java,) = (each for each in instructions(ca) if each.title == "Java")
    # The same line, with a key store of our own in the place of Java's.
    words = shlex.split(java.commands[1].replace("$JAVA_HOME/jre/lib/security/cacerts", str(tmp_path / "cacerts")))
    subprocess.run(words, check=True, capture_output=True)
    listed = subprocess.run(
        ["keytool", "-list", "-keystore", tmp_path / "cacerts", "-storepass", "changeit"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "ups-gateway, " in listed.stdout
