"""Code for the sound chip: `arch spc700` and its kin, and blocks as the sound chip's loader takes them.

A block has its length and the address where the sound chip puts it before it; labels in it count from there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from afs.asm.language.arguments import words_of
from afs.asm.language.directives import ARCHITECTURES
from afs.asm.language.faults import Broken
from afs.asm.mapping import MAPPERS

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["INLINE", "SOUND", "SoundBlock", "leave_inline"]

_INLINE: Final = "spc700-inline"
#: What asar puts before the names of labels in a block, so that nothing outside sees them.
_SPACE: Final = ":SPCBLOCK:_"


class SoundBlock(NamedTuple):
    """A block that is open: where its length stands, and where the sound chip is to begin, if it is said."""

    length_at: int
    start: int | None = None


def _arch(run: Pass, text: str) -> None:
    name = text.lower()
    if run.arch == _INLINE:
        leave_inline(run)
    if name not in ARCHITECTURES:
        return
    if name == "spc700-raw":
        run.mapper, run.mapper_set = MAPPERS["norom"], False
    run.arch = "spc700" if name == "spc700-raw" else name
    if name == "superfx":
        raise Broken("not-supported", "code for the SuperFX is not assembled")


def _open(run: Pass, target: int) -> SoundBlock:
    """Begin a block that the sound chip puts at ``target``."""
    if not 0 <= target <= 0xFFFF:
        raise Broken("place", f"${target & 0xFFFFFFFF:X} is no address of the sound chip")
    run.need_place()
    length_at = run.place.real
    run.emit(b"\0\0" + target.to_bytes(2, "little"))
    run.place.rebase(target)
    return SoundBlock(length_at)


def _close(run: Pass, block: SoundBlock) -> None:
    length = run.place.seen - run.place.seen_start
    run.store(block.length_at, (length & 0xFFFF).to_bytes(2, "little"))


def _spcblock(run: Pass, text: str) -> None:
    if run.struct is not None or run.sound_block is not None:
        around = "struct" if run.struct is not None else "spcblock"
        raise Broken("block", f"a spcblock cannot stand in a {around}")
    target, *kind = [word for word, _ in words_of(text)]
    if kind and (len(kind) > 1 or kind[0].lower() != "nspc"):
        raise Broken("directive", "the only block that asar 1.91 writes is `nspc`")
    run.sound_block = _open(run, run.evaluation.number(target))
    run.labels.block = _SPACE


def _endspcblock(run: Pass, text: str) -> None:
    block = run.sound_block
    if block is None:
        raise Broken("block", "`endspcblock` closes no `spcblock`")
    words = [word for word, _ in words_of(text)]
    if words and (len(words) != 2 or words[0] != "execute"):
        run.report(Broken("directive", "endspcblock takes nothing, or `execute` and a number"))
    start = run.value(words[1]) if len(words) == 2 else block.start
    _close(run, block)
    if start is not None:
        run.emit(b"\0\0" + (start & 0xFFFF).to_bytes(2, "little"))
    run.sound_block, run.labels.block = None, ""


def _startpos(run: Pass, text: str) -> None:
    if run.sound_block is None:
        raise Broken("block", "`startpos` stands in no spcblock")
    run.sound_block = run.sound_block._replace(start=run.evaluation.number(text))


# -- spc700-inline: each `org` begins a block


def _inline_org(run: Pass, text: str) -> None:
    _inline_block(run, run.evaluation.number(text), "org")


def _inline_skip(run: Pass, text: str) -> None:
    _inline_block(run, run.place.seen + run.evaluation.number(text), "skip")


def _inline_block(run: Pass, target: int, what: str) -> None:
    if run.evaluation.found:
        raise Broken("label-moves", f"`{what}` cannot name a label in code of spc700-inline")
    _finish_inline(run)
    run.inline_block = _open(run, target)


def _inline_base(run: Pass, text: str) -> None:
    raise Broken("directive", "there is no `base` in code of spc700-inline")


def _inline_start(run: Pass, text: str) -> None:
    run.inline_start = run.value(text)


def _finish_inline(run: Pass) -> None:
    if run.inline_block is not None:
        _close(run, run.inline_block)
    run.inline_block = None


def leave_inline(run: Pass) -> None:
    """End code of spc700-inline: with no bytes more, and the address where the sound chip is to begin."""
    _finish_inline(run)
    run.emit(b"\0\0" + (run.inline_start & 0xFFFF).to_bytes(2, "little"))


SOUND: Final[dict[str, Callable[[Pass, str], None]]] = {
    "arch": _arch,
    "spcblock": _spcblock,
    "endspcblock": _endspcblock,
    "startpos": _startpos,
}
#: What means something else in code of spc700-inline, where one word follows it.
INLINE: Final[dict[str, Callable[[Pass, str], None]]] = {
    "org": _inline_org,
    "skip": _inline_skip,
    "base": _inline_base,
    "startpos": _inline_start,
}
