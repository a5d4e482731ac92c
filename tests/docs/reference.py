"""The reference pages, from the code itself: the configuration from its table, the commands from click.

The rule: nothing is written here that the code does not say; `python -m tests.docs` writes the pages anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Final

import click

from ups_gateway.cli import COMMANDS, main
from ups_gateway.config.table import RECORDS, TABLE, Setting

DOCS: Final = Path(__file__).parents[2] / "docs"

CONFIGURATION: Final = """\
# Configuration

Made from the code by `python -m tests.docs`.

One YAML file: the one that `--config` names, else the one that the variable `UPS_GATEWAY_CONFIG` names, else
`~/.config/ups-gateway/ups-gateway.yaml`, else `/etc/ups-gateway/ups-gateway.yaml`. `ups-gateway init` writes one with
every setting in it. A name such as `listen.legacy` below is the setting `legacy` in the section `listen`. What has no
default is not set. A time is a number and s, m, h or d; a size is a number and KB or MB.

An unknown name, a bad value or a missing secret keeps the gateway from starting. `ups-gateway check-config` tells all
problems at once, each with its line.
"""
COMMANDS_HEAD: Final = """\
# Commands

Made from the code by `python -m tests.docs`.

Exit status: 0 done, 1 it did not work, 2 wrong usage, 3 the operation is not supported (`translate`). Each command
understands `--help`, and most of them `--config FILE`. Beside a running service a command is carried out by the
service: see [Operations](operations.md#commands-beside-the-service).
"""


def configuration() -> str:
    """Every setting, in the order of the file."""
    parts = [CONFIGURATION]
    for section, settings in groupby(TABLE, key=_section):
        parts.append(f"\n## {section}\n\n")
        if section in RECORDS:
            parts.append("A list; each entry begins with a dash and has:\n\n")
        parts.append("| setting | default | meaning |\n|---|---|---|\n")
        parts += (_setting(setting) for setting in settings)
    return "".join(parts)


def _section(setting: Setting) -> str:
    return setting.key.partition(".")[0].removesuffix("[]")


def _setting(setting: Setting) -> str:
    default = "must be set" if setting.required else "" if setting.default is None else f"`{setting.default}`"
    example = f" Example: `{setting.example}`" if setting.example else ""
    return f"| `{setting.key}` | {default} | {_cell(setting.doc + example)} |\n"


def commands() -> str:
    """Every command with its arguments, options and example."""
    parts = [COMMANDS_HEAD]
    context = click.Context(main, info_name="ups-gateway")
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        parts += _command(command, f"ups-gateway {name}", 2)
    return "".join(parts)


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    yield f"\n{'#' * level} {path.removeprefix('ups-gateway ')}\n"
    words = (command.help or "").replace("\b\n", "")
    yield from (f"\n{_text(paragraph)}\n" for paragraph in [*words.split("\n\n"), command.epilog or ""] if paragraph)
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}", level + 1)
        return
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    options = [one for one in command.params if isinstance(one, click.Option) and one.name != "help"]
    yield f"\n```text\n{' '.join([path, *('[OPTIONS]' for _ in options[:1]), *map(_argument, arguments)])}\n```\n"
    if options:
        yield "\n| option | default | meaning |\n|---|---|---|\n"
        yield from map(_option, options)


def _argument(argument: click.Argument) -> str:
    name = argument.metavar or (argument.name or "").upper()
    if isinstance(argument.type, click.Choice):
        name = "|".join(map(str, argument.type.choices))
    more = "..." if argument.nargs == -1 else ""
    return f"{name}{more}" if argument.required else f"[{name}]{more}"


def _option(option: click.Option) -> str:
    names = ", ".join(option.opts) + "".join(f" / {one}" for one in option.secondary_opts)
    value = "" if option.is_flag else f" {_value(option)}"
    shown = option.show_default and option.default not in (None, False)
    default = f"`{option.default}`" if shown else "must be given" if option.required else ""
    meaning = (option.help or "") + (" May be given several times." if option.multiple else "")
    return f"| `{_cell(names + value)}` | {default} | {_cell(meaning)} |\n"


def _value(option: click.Option) -> str:
    if option.metavar:
        return option.metavar
    if isinstance(option.type, click.Choice):
        return "|".join(map(str, option.type.choices))
    return {"integer": "NUMBER", "integer range": "NUMBER", "path": "PATH", "filename": "FILE"}.get(
        option.type.name, option.type.name.upper()
    )


def _text(paragraph: str) -> str:
    """A paragraph of help; its example is a command line."""
    words = " ".join(paragraph.split())
    before, example, line = words.partition("Example: ")
    return f"{before}Example:\n\n```sh\n{line}\n```" if example else words


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    DOCS / "configuration.md": configuration,
    DOCS / "commands.md": commands,
}
