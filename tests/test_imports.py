"""Who may import whom (the house plan, section 3), read off the source itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "ups_gateway"

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "model": set(),
    "translate": {"errors", "model"},
    "oauth": {"errors", "model", "store"},
    "store": {"errors", "model"},
    "ups": {"errors", "model", "oauth"},
    "shipping": {"errors", "model", "store", "translate"},
    "captures": {"errors", "model", "store", "translate"},
    "exchange": {"access", "captures", "errors", "model", "shipping", "store", "translate", "ups", "upstream"},
    "access": {"errors", "model", "store"},
    "upstream": {"errors", "model", "oauth", "translate", "ups"},
    "web": {"errors", "model", "alerts", "captures", "exchange", "oauth", "shipping", "store", "translate"},
    "alerts": {"errors", "model", "store"},
    "config": {"errors", "model", "oauth"},
    "simulator": set(),
    "tls": set(),
    "joining": {
        *("alerts", "captures", "config", "model", "oauth", "shipping", "store", "translate", "ups", "upstream", "web"),
    },
    "metrics": {"exchange", "model", "oauth", "ups"},
    "systemd": set(),
    "control": set(),
    "activation": {"config", "web"},
    "service": {"activation", "app", "config", "control", "errors", "systemd", "web"},
    "app": {
        *(
            "access",
            "activation",
            "alerts",
            "captures",
            "config",
            "errors",
            "exchange",
            "joining",
            "metrics",
            "model",
            "oauth",
        ),
        *("shipping", "store", "tls", "translate", "ups", "upstream", "web"),
    },
    "cli": {
        *("alerts", "app", "captures", "config", "control", "errors", "exchange", "model", "oauth", "service"),
        *("shipping", "simulator", "store", "systemd", "tls", "translate", "ups", "web"),
    },
    "__main__": {"cli"},
}
"""What each part may see of the others; itself it may always see."""

NEVER_IN_TRANSLATE = {"aiohttp", "aiosqlite", "cryptography", "asyncio", "time", "socket", "sqlite3"}
NEVER_IN_FLOW = {"aiohttp", "aiosqlite", "asyncio", "time", "socket", "sqlite3"}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: a relative import"
            yield node.module
            if node.module == "ups_gateway":
                yield from (f"ups_gateway.{alias.name}" for alias in node.names)


def _files() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def _part(file: Path) -> str:
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


@pytest.mark.parametrize("file", _files(), ids=lambda file: str(file.relative_to(PACKAGE)))
def test_a_module_imports_only_the_parts_it_may_see(file: Path) -> None:
    part = _part(file)
    if part == "__init__":
        return
    inner = [name.split(".") for name in _imports(file) if name.startswith("ups_gateway.")]
    seen = {steps[1] for steps in inner if len(steps) > 1} - {part, "__version__"}
    assert seen <= ALLOWED[part], f"{part} must not see {sorted(seen - ALLOWED[part])}"


@pytest.mark.parametrize("name", ["errors", "model"])
def test_errors_and_model_import_only_the_standard_library(name: str) -> None:
    roots = {module.partition(".")[0] for module in _imports(PACKAGE / f"{name}.py")}
    assert roots <= sys.stdlib_module_names


@pytest.mark.parametrize("file", [file for file in _files() if _part(file) == "translate"], ids=lambda file: file.name)
def test_the_translation_core_touches_no_io_and_no_clock(file: Path) -> None:
    assert {module.partition(".")[0] for module in _imports(file)} & NEVER_IN_TRANSLATE == set()


def test_the_oauth_flow_is_pure() -> None:
    assert {module.partition(".")[0] for module in _imports(PACKAGE / "oauth" / "flow.py")} & NEVER_IN_FLOW == set()


def test_operations_see_only_the_engine_its_parts_and_each_other() -> None:
    allowed = {"errors", "model", "translate.engine", "translate.faults", "translate.operations", "translate.writing"}
    for file in (PACKAGE / "translate" / "operations").glob("*.py"):
        inner = {name.removeprefix("ups_gateway.") for name in _imports(file) if name.startswith("ups_gateway.")}
        inner -= {"translate", "errors", "model"}
        strange = {name for name in inner if not any(name == one or name.startswith(one + ".") for one in allowed)}
        assert strange == set(), f"{file.name} sees {sorted(strange)}"
