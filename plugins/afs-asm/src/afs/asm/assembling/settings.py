"""Directives that set how what follows is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.arithmetic import signed32
from afs.asm.language.faults import Broken, Fatal
from afs.asm.language.operands import balanced
from afs.asm.language.warning_names import is_warning
from afs.asm.mapping import MAPPERS

from .macros import unquoted

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["SETTINGS"]

_VERSION: Final = (1, 91)
_FUNCTION = re.compile(r"([A-Za-z_]\w*)\(([^()]+)\) = (.*)\Z", re.A | re.S)
_ON_OFF: Final = {"on": True, "off": False}


def _mapper(name: str) -> Callable[[Pass, str], None]:
    def choose(run: Pass, text: str) -> None:
        if text and name == "sa1rom" and text.replace(" ", "") != "0,1,2,3":
            raise Broken("not-supported", f"the banks {text[:24]} of sa1rom are not supported, only 0,1,2,3")
        if run.mapper_set and run.mapper.name != name:
            run.warn("mapper", f"the layout was {run.mapper.name} and becomes {name}")
        run.mapper, run.mapper_set = MAPPERS[name], True

    return choose


def _namespace(run: Pass, text: str) -> None:
    word, _, rest = text.partition(" ")
    if word.lower() == "nested" and rest:
        run.labels.nested = _ON_OFF.get(rest.lower(), run.labels.nested)
    elif rest or word.lower() == "nested":
        raise Broken("namespace", "a namespace has one name; or write `namespace nested on`")
    elif word.lower() in ("", "off"):
        run.labels.namespaces = run.labels.namespaces[:-1] if run.labels.nested else []
    else:
        name = unquoted(word)
        if not re.fullmatch(r"[A-Za-z_]\w*", name, re.A):
            raise Broken("namespace", f"`{name[:40]}` is no name of a namespace")
        run.labels.namespaces = [*(run.labels.namespaces if run.labels.nested else ()), name]


def _function(run: Pass, text: str) -> None:
    match = _FUNCTION.match(text)
    if not match:
        raise Broken("function", "a function is declared as `function name(a,b) = expression`")
    parameters = tuple(name.strip().lower() for name in match[2].split(","))
    wrong = [name for name in parameters if not re.fullmatch(r"[a-z_]\w*", name, re.A)]
    if wrong or len(set(parameters)) != len(parameters):
        raise Broken("function", f"the parameters `{match[2][:60]}` are no list of different names")
    if not balanced(match[3]):
        raise Broken("function", "parentheses do not match in what the function is")
    run.functions[match[1]] = (parameters, match[3])


def _math(run: Pass, text: str) -> None:
    what, _, state = text.lower().partition(" ")
    if what not in ("pri", "round") or state not in _ON_OFF:
        raise Broken("directive", "`math` takes `pri` or `round`, and `on` or `off`")
    if what == "pri":
        run.evaluation.priorities = _ON_OFF[state] or run.session.modern
    else:
        run.evaluation.exact = not _ON_OFF[state] or run.session.modern


def _optimize(run: Pass, text: str) -> None:
    what, _, how = text.lower().partition(" ")
    if what == "dp" and how in ("none", "ram", "always"):
        run.optimize_direct_page = how
    elif what == "address" and how in ("default", "ram", "mirrors"):
        run.optimize_address = how
    else:
        raise Broken("directive", "`optimize` takes `dp none|ram|always` or `address default|ram|mirrors`")


def _direct_page(run: Pass, text: str) -> None:
    value = run.evaluation.fixed(text, "`dpbase`")
    if value & ~0xFF00:
        raise Broken("place", f"${value & 0xFFFFFFFF:X} is no start of a direct page: its low byte is not 0")
    run.direct_page = value


def _check(run: Pass, text: str) -> None:
    what, _, how = text.partition(" ")
    if what.lower() == "bankcross" and how.lower() in ("off", "half", "full", "on"):
        if how.lower() != "on":  # which changes nothing in asar
            run.place.checks_banks = how.lower() != "off"
            run.place.checks_halves = how.lower() == "half" or (
                how.lower() == "off" and run.place.checks_halves
            )
    elif what.lower() == "title":
        _check_title(run, unquoted(how))
    else:
        raise Broken("directive", "`check` takes `bankcross off|half|full` or `title`")


def _check_title(run: Pass, wanted: str) -> None:
    found = run.read_rom(0x00FFC0, 21)
    title = (found or b"").decode("latin-1")
    if title[: len(wanted)] != wanted[:21].ljust(len(wanted)) and run.session.wants_rom:
        raise Broken("rom-title", f"the ROM's title is {title.rstrip()!r}, not {wanted!r}")


def _asar(run: Pass, text: str) -> None:
    if not run.begins_file:
        raise Broken("directive", "`asar` must stand before all other commands")
    if not text:
        return
    match = re.fullmatch(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not match or (not match[3] and len(match[2]) != 2 and int(match[1])):
        raise Broken("directive", f"`{text[:24]}` is no version of asar")
    major, minor = int(match[1]), match[2] + (match[3] or "")
    version = (major, int(minor.ljust(2, "0")[:2]))
    if version > _VERSION:
        raise Fatal("asar-version", f"the text is for asar {text}; what it may use is that of 1.91")
    if version >= (1, 90):
        run.session.modern = run.evaluation.priorities = run.evaluation.exact = True


def _free_byte(run: Pass, text: str) -> None:
    run.fill_free = run.evaluation.fixed(text, "`freespacebyte`") & 0xFF


def _warnings(run: Pass, text: str) -> None:
    what, _, name = text.partition(" ")
    if what.lower() in ("enable", "disable") and name and not is_warning(name):
        raise Broken("directive", f"asar has no warning `{name[:40]}`")
    if name or what.lower() not in ("push", "pull"):
        return
    run.warning_states += 1 if what.lower() == "push" else -1
    if run.warning_states < 0:
        run.warning_states = 0
        raise Broken("unbalanced", "`warnings pull` without `warnings push`")


def _include(run: Pass, text: str) -> None:
    if not run.begins_file:
        raise Broken("directive", "`include` must stand before all other commands")
    if run.is_main_file:
        raise Fatal("directive", "this file says that it is to be included by another")


def _undef(run: Pass, text: str) -> None:
    name = unquoted(text)
    if run.defines.pop(name, None) is None:
        raise Broken("unknown-define", f"there is no define `!{name[:60]}`")


def _repeat(run: Pass, text: str) -> None:
    count = run.evaluation.number(text)
    if run.evaluation.found:
        raise Broken("label-moves", "how often a statement is repeated cannot depend on a label")
    run.repeat = min(max(signed32(count), 0), run.limits.statements + 1)


def _includeonce(run: Pass, text: str) -> None:
    run.once.add(run.file)


def _reset(run: Pass, text: str) -> None:
    if text.lower() == "bytes":
        run.bytes = 0
    elif text.lower() == "freespaceuse":
        run.space_bytes = 0
    else:
        raise Broken("directive", f"`reset` takes `bytes` or `freespaceuse`, not `{text[:24]}`")


def _global(run: Pass, text: str) -> None:
    name = text.removesuffix(":").removeprefix("#")
    if not re.fullmatch(r"(?:\.+\w|[A-Za-z_])[\w.]*", name, re.A) or not text.endswith(":"):
        raise Broken("label-name", f"`global {text[:40]}` is no label", f"global {name}:")
    if run.struct is not None:
        raise Broken("label-name", "`global` cannot stand in a struct")
    run.set_global(run.labels.full(name, enter=text[0] != "#"))


def _nothing(run: Pass, text: str) -> None:
    """What is accepted and changes no byte."""


def _misplaced(run: Pass, text: str) -> None:
    raise Broken(
        "block", "macros are declared at the start of a line, outside of macros, and end by `endmacro`"
    )


def _xkas(run: Pass, text: str) -> None:
    raise Broken("not-supported", "the mode `xkas` is not supported")


SETTINGS: Final[dict[str, Callable[[Pass, str], None]]] = {
    **{name: _mapper(name) for name in MAPPERS},
    "namespace": _namespace,
    "pushns": lambda run, text: run.labels.push(),
    "pullns": lambda run, text: run.labels.pull(),
    "function": _function,
    "math": _math,
    "optimize": _optimize,
    "dpbase": _direct_page,
    "check": _check,
    "expecttitle": _nothing,
    "asar": _asar,
    "undef": _undef,
    "rep": _repeat,
    "includeonce": _includeonce,
    "include": _include,
    "includefrom": _include,
    "reset": _reset,
    "global": _global,
    "fastrom": _nothing,
    "header": _nothing,
    "warnings": _warnings,
    "freespacebyte": _free_byte,
    "xkas": _xkas,
    "macro": _misplaced,
    "endmacro": _misplaced,
}
