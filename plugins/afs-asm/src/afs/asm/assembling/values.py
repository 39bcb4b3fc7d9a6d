"""Data: `db` and its kin, fills, files as bytes, tables of characters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.arguments import quoted_blanks, split_arguments
from afs.asm.language.arithmetic import signed32, word32
from afs.asm.language.faults import Broken

from .macros import unquoted

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["VALUES", "emit_values"]

_PATTERN: Final = 12  # bytes of a fill pattern
_ALIGN = re.compile(r"align (\S+)(?: offset (\S+))?\Z", re.I)
_MAX_ALIGN: Final = 0x800000
_RANGE = re.compile(r'\A((?:"[^"]*"|[^":])+)(?::(.+))?\Z', re.S)
_OLD_RANGE = re.compile(r"(\([^()]*\)|[0-9A-Fa-f]+)-(\([^()]*\)|[0-9A-Fa-f]*)\Z")


def emit_values(run: Pass, width: int, text: str) -> None:
    """The values of `db` (width 1) to `dd` (width 4)."""
    if not text:
        raise Broken("operand-missing", "at least one value is needed")
    if not quoted_blanks(text):
        raise Broken("operand-blank", "asar takes a blank in an expression for its end")
    out = bytearray()
    mask = (1 << 8 * width) - 1
    asks_place = "pc" in text or "realbase" in text
    for item, _ in split_arguments(text):
        if asks_place:  # which moves from value to value
            run.emit(bytes(out))
            out.clear()
        if item[:1] == '"':
            for byte in unquoted(item).encode("utf-8", "surrogatepass"):
                out += (run.table.value(chr(byte)) & mask).to_bytes(width, "little")
        else:
            value = run.value(item[1:] if item[:1] == "#" else item)
            out += (value & mask).to_bytes(width, "little")
    run.emit(bytes(out))


def _pattern(width: int) -> Callable[[Pass, str], bytes]:
    def pattern(run: Pass, text: str) -> bytes:
        value = run.evaluation.number(text) & (1 << 8 * width) - 1
        return value.to_bytes(width, "little") * (_PATTERN // width)

    return pattern


def _set_fill(width: int) -> Callable[[Pass, str], None]:
    def set_fill(run: Pass, text: str) -> None:
        run.fill = _pattern(width)(run, text)

    return set_fill


def _set_pad(width: int) -> Callable[[Pass, str], None]:
    def set_pad(run: Pass, text: str) -> None:
        run.pad = _pattern(width)(run, text)

    return set_pad


def _emit_pattern(run: Pass, pattern: bytes, count: int) -> None:
    run.count_bytes(count)
    run.written -= count  # emit counts it again
    run.emit((pattern * (count // len(pattern) + 1))[:count])


def _fill(run: Pass, text: str) -> None:
    _emit_pattern(run, run.fill, max(_amount(run, text), 0))


def _skip(run: Pass, text: str) -> None:
    amount = _amount(run, text)
    run.need_place()
    if not -0x1000000 < amount < 0x1000000:
        raise Broken("limit", f"a skip by {amount} bytes leaves the address space")
    run.skip(amount)


def _amount(run: Pass, text: str) -> int:
    """A number of bytes, or those up to the next multiple of `align N offset M`."""
    match = _ALIGN.match(text)
    if not match:
        if " " in text:
            raise Broken("directive", f"`{text[:40]}`: a number, or `align N` and `offset M`, was expected")
        return signed32(run.evaluation.fixed(text, "a number of bytes"))
    step = run.evaluation.fixed(match[1], "an alignment")
    offset = run.evaluation.fixed(match[2], "an alignment") if match[2] else 0
    if not 1 <= step <= _MAX_ALIGN or step & step - 1:
        raise Broken("directive", f"an alignment is a power of two up to ${_MAX_ALIGN:X}, not {step}")
    run.need_place()
    return -(run.place.seen - offset) & step - 1


def _pad(run: Pass, text: str) -> None:
    if run.place.space:
        raise Broken("place", "`pad` has no place in free space")
    target = word32(run.evaluation.number(text))
    run.need_place()
    if target & ~0xFFFFFF:
        raise Broken("place", f"${target & 0xFFFFFFFF:X} is no address")
    if target > run.place.real:
        _emit_pattern(run, run.pad, _distance(run, run.place.real, target))


def _distance(run: Pass, start: int, end: int) -> int:
    first, last = run.mapper.offset(start), run.mapper.offset(end)
    if first is None or last is None:
        if run.session.wants_rom:
            raise Broken("outside-rom", f"${end:06X} or ${start:06X} is no address of the ROM")
        return end - start
    return max(last - first, 0)


def _incbin(run: Pass, text: str) -> None:
    words = text.split(" -> ")
    if len(words) > 1:
        raise Broken("not-supported", "`incbin` with a target is not supported; put an `org` before it")
    match = _RANGE.match(text)
    if not match:
        raise Broken("directive", f"`incbin {text[:60]}` names no file")
    name = unquoted(match[1].strip())
    data = run.files.read(name, run.file)
    start, end = _range(run, match[2]) if match[2] else (0, 0)
    end = end or len(data)
    if not 0 <= start <= end <= len(data):
        reason = f"`{name[:60]}` has {len(data)} bytes; {start} to {end} are not all in it"
        raise Broken("file", reason)
    run.emit(data[start:end])


def _range(run: Pass, text: str) -> tuple[int, int]:
    if ".." in text:
        first, _, last = text.partition("..")
        return _bound(run, first), _bound(run, last)
    match = _OLD_RANGE.match(text)
    if not match:
        raise Broken("directive", f"`{text[:40]}` is no range; write `:start..end`")
    start, end = (_old_bound(run, part) for part in match.groups())
    return start, end


def _bound(run: Pass, text: str) -> int:
    return run.evaluation.fixed(text, "the range of `incbin`")


def _old_bound(run: Pass, text: str) -> int:
    return _bound(run, text[1:-1]) if text[:1] == "(" else int(text or "0", 16)


def _incsrc(run: Pass, text: str) -> None:
    run.include(unquoted(text.strip()))


def _table(run: Pass, text: str) -> None:
    name, _, order = text.rpartition(",")
    if order.lower() not in ("ltr", "rtl"):
        name, order = text, "ltr"
    data = run.files.read(unquoted(name.strip()), run.file)
    run.table.read(data.decode("utf-8", "replace"), values_first=order.lower() == "rtl")


VALUES: Final[dict[str, Callable[[Pass, str], None]]] = {
    "fill": _fill,
    "skip": _skip,
    "pad": _pad,
    "incbin": _incbin,
    "incsrc": _incsrc,
    "table": _table,
    "loadtable": _table,
    "cleartable": lambda run, text: run.table.clear(),
    "pushtable": lambda run, text: run.table.push(),
    "pulltable": lambda run, text: run.table.pull(),
    **{
        f"fill{name}": _set_fill(width)
        for name, width in (("byte", 1), ("word", 2), ("long", 3), ("dword", 4))
    },
    **{
        f"pad{name}": _set_pad(width) for name, width in (("byte", 1), ("word", 2), ("long", 3), ("dword", 4))
    },
}
