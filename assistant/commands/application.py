"""Manners of the command line: help in Chinese, and every fault told in one line on stderr with an exit code."""

import io
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

from assistant.commands.output import tell
from index.datatypes import PolicyError

if TYPE_CHECKING:
    from typer._click import Command as ClickCommand
    from typer._click import Context, HelpFormatter, Parameter
    from typer.core import TyperOption

FAILED = 1
"""Exit code where a command could not do its work; 2 tells wrong usage, 130 an interruption."""

_MISUSES = {
    "NoSuchOption": "没有选项 {option}",
    "BadOptionUsage": "选项 {option} 的写法不对",
    "MissingParameter": "缺少{parameter}",
    "BadParameter": "{parameter}的值不对",
}
"""Causes by the name of typer's exception, whose own words are English."""

_log = logging.getLogger(__name__)


class ChineseCommand(TyperCommand):
    """A command whose help is Chinese and plain."""

    def format_help(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the help of this command."""
        formatter.write(_help(self, ctx, self.get_params(ctx)))

    def get_help_option(self, ctx: "Context") -> "TyperOption | None":
        """The option --help, described in Chinese."""
        return _in_chinese(super().get_help_option(ctx))


class ChineseGroup(TyperGroup):
    """A group of commands whose help is Chinese and plain."""

    def format_help(self, ctx: "Context", formatter: "HelpFormatter") -> None:
        """Write the help of this group."""
        formatter.write(_help(self, ctx, self.get_params(ctx), tuple(self.commands.values())))

    def get_help_option(self, ctx: "Context") -> "TyperOption | None":
        """The option --help, described in Chinese."""
        return _in_chinese(super().get_help_option(ctx))


class Application(ChineseGroup):
    """The whole command line: whatever goes wrong below it ends in one line and an exit code."""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Read the options that stand before the name of the command."""
        _accept_any_character()
        with _told():
            return super().parse_args(ctx, args)

    def invoke(self, ctx: "Context") -> object:
        """Run the command."""
        with _told():
            result: object = super().invoke(ctx)
            sys.stdout.flush()  # a reader that has gone is noticed here and not after the end
            return result


def _accept_any_character() -> None:
    """Have no character fail that the terminal's encoding lacks: it is written as an escape, or read as a gap."""
    for stream, errors in (
        (sys.stdin, "surrogateescape"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=errors)


@contextmanager
def _told() -> Iterator[None]:
    """Tell a fault in one line and exit; with --debug its traceback is logged too."""
    try:
        yield
    except (typer.Exit, typer.Abort, BrokenPipeError):
        raise
    except typer.TyperException as fault:
        tell(_misuse(fault))
        raise typer.Exit(fault.exit_code) from fault
    except PolicyError as fault:
        _log.debug("fault", exc_info=True)
        tell(str(fault))
        raise typer.Exit(FAILED) from fault
    except Exception as fault:
        _log.debug("fault", exc_info=True)
        tell(f"出了意外的故障({fault!r}),请重试;若反复出现,请在命令前加 --debug 再运行,把输出交给管理员")
        raise typer.Exit(FAILED) from fault


def _misuse(fault: typer.TyperException) -> str:
    context: Context | None = getattr(fault, "ctx", None)
    parameter: Parameter | None = getattr(fault, "param", None)
    if cause := _MISUSES.get(type(fault).__name__):
        option = getattr(fault, "option_name", "")
        cause = cause.format(option=option, parameter=_name(parameter) if parameter else "")
    elif context and isinstance(context.command, TyperGroup):
        cause = "没有这个命令"
    else:
        cause = "参数多了,含空格的文字要加引号"
    return f"{cause},用法见 {context.command_path if context else 'policy-assistant'} --help"


def _help(
    command: "ClickCommand",
    context: "Context",
    parameters: Sequence["Parameter"],
    commands: Sequence["ClickCommand"] = (),
) -> str:
    arguments = [p for p in parameters if p.param_type_name == "argument"]
    options = [p for p in parameters if p.param_type_name == "option"]
    usage = ["[选项]", "命令 …"] if commands else [*map(_name, arguments), "[选项]"]
    text = f"用法: {' '.join([context.command_path, *usage])}\n\n{command.help}\n"
    text += _section("命令", [(c.name or "", (c.help or "").splitlines()[0]) for c in commands])
    return text + "".join(
        _section(title, [(_name(p), getattr(p, "help", None) or "") for p in listed])
        for title, listed in (("参数", arguments), ("选项", options))
    )


def _section(title: str, rows: Sequence[tuple[str, str]]) -> str:
    width = max((cell_len(name) for name, _ in rows), default=0) + 2
    lines = [f"  {name}{' ' * (width - cell_len(name))}{text}" for name, text in rows]
    return "\n".join(["", f"{title}:", *lines, ""]) if rows else ""


def _name(parameter: "Parameter") -> str:
    """--store 文件夹, or 问题: as it is written on the command line."""
    options = ", ".join(parameter.opts) if parameter.param_type_name == "option" else ""
    return " ".join(filter(None, [options, parameter.metavar]))


def _in_chinese(option: "TyperOption | None") -> "TyperOption | None":
    if option:
        option.help = "显示这份帮助"
    return option
