"""Directives that say where what follows goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from afs.asm.language.arguments import split_arguments
from afs.asm.language.arithmetic import word32
from afs.asm.language.faults import Broken

from .freespace import TAG, rats_start, rats_tag
from .scopes import Label
from .structs import OpenStruct

if TYPE_CHECKING:
    from .assembly_pass import Pass

__all__ = ["PLACING"]

_ADDRESS: Final = 0xFFFFFF
_STOP: Final = b"STOP\0"
_AUTOCLEAN: Final = {"jsl": 0x22, "jml": 0x5C, "dl": None}


def _address(run: Pass, text: str, what: str) -> int:
    value = word32(run.evaluation.number(text))
    if run.evaluation.forward:
        raise Broken("label-moves", f"{what} cannot name a label that comes later")
    if value > _ADDRESS:
        raise Broken("place", f"{what} ${value:X} is no address of 24 bits")
    return value


def _org(run: Pass, text: str) -> None:
    run.end_space()
    run.place.go(_address(run, text, "`org`"))


def _base(run: Pass, text: str) -> None:
    if text.lower() == "off":
        run.place.unbase()
        return
    address = _address(run, text, "`base`")
    run.need_place()
    run.place.rebase(address)
    run.bank = None


def _pushpc(run: Pass, text: str) -> None:
    run.place.push(run.space_extra)
    run.space_stack.append((run.space_start, run.code_space, run.arch))
    run.space_extra = 0


def _pullpc(run: Pass, text: str) -> None:
    position, extra = run.place.pull()
    run.end_space()
    start, code, arch = run.space_stack.pop()
    if arch != run.arch:
        raise Broken("unbalanced", f"`pullpc` in code for {run.arch}, the `pushpc` is in that for {arch}")
    run.place.return_to(position)
    run.space_extra, run.space_start, run.code_space = extra, start, code


def _pushbase(run: Pass, text: str) -> None:
    run.place.push_base()


def _pullbase(run: Pass, text: str) -> None:
    run.place.pull_base()
    if run.place.seen != run.place.real_start:
        run.bank = None


def _warnpc(run: Pass, text: str) -> None:
    limit = word32(run.evaluation.number(text))
    if limit & ~_ADDRESS:
        raise Broken("place", f"${limit & 0xFFFFFFFF:X} is no address")
    if run.place.space:
        raise Broken("place", "`warnpc` has no place in free space")
    run.need_place()
    if run.place.seen > limit:
        over = run.place.seen - limit
        reason = f"the code ends at ${run.place.seen:06X}, {over} bytes beyond ${limit & _ADDRESS:06X}"
        raise Broken("warnpc", reason, late=bool(run.number == 0 and run.evaluation.moving))


def _bank(run: Pass, text: str) -> None:
    word = text.lower()
    if word == "auto":
        run.bank = None
    elif word == "noassume":
        run.bank = 0x100
    else:
        value = word32(run.evaluation.number(text))
        if value > 0xFF:
            raise Broken("place", f"${value:X} is no bank")
        run.bank = value


# -- structs


def _struct(run: Pass, text: str) -> None:
    words = text.split(" ")
    if run.struct is not None:
        raise Broken("struct", "a struct cannot stand within another; write `struct NAME extends PARENT`")
    name = words[0]
    if not name.isidentifier():
        raise Broken("struct", f"`{name[:40]}` is no name of a struct")
    if run.number == 0 and name in run.structs.known:
        raise Broken("struct", f"the struct `{name[:40]}` is defined twice")
    opened = _extension(run, words) if len(words) == 3 else _plain_struct(run, words)
    run.struct, run.struct_return = opened, (run.place.position(), run.bank)
    run.place.rebase(opened.base)
    run.place.real = run.place.real_start = opened.base
    run.bank = None


def _plain_struct(run: Pass, words: list[str]) -> OpenStruct:
    base, static = run.place.seen, False
    if len(words) == 2:
        base = word32(run.evaluation.number(words[1]))
        static = not run.evaluation.moving
        if not 0 <= base <= _ADDRESS:
            raise Broken("place", f"${base & 0xFFFFFFFF:X} is no address of 24 bits")
    elif base < 0:
        base = 0
    run.set_label(words[0], Label(base, static))
    return OpenStruct(words[0], words[0], "", base, static)


def _extension(run: Pass, words: list[str]) -> OpenStruct:
    name, extends, parent = words
    known = run.structs.known.get(parent)
    if extends.lower() != "extends" or known is None:
        raise Broken("struct", f"`struct {name[:40]} extends` needs the name of a struct that is known")
    run.set_label(f"{parent}.{name}", Label(known.end, known.static))
    return OpenStruct(name, f"{parent}.{name}", parent, known.end, known.static)


def _endstruct(run: Pass, text: str) -> None:
    from .place import Position

    if run.struct is None:
        raise Broken("struct", "`endstruct` closes no struct")
    words = text.split(" ") if text else []
    if words and (len(words) != 2 or words[0].lower() != "align"):
        raise Broken("struct", "`endstruct` takes nothing, or `align N`")
    alignment = run.evaluation.number(words[1]) if words else 1
    if not 1 <= alignment <= _ADDRESS:
        raise Broken("struct", f"structs are aligned to 1 byte or more, not {alignment}")
    run.structs.close(run.struct, run.place.seen, alignment)
    position, bank = run.struct_return
    assert isinstance(position, Position) and (bank is None or isinstance(bank, int))
    run.place.return_to(position)
    run.bank, run.struct = bank, None


# -- free space


def _freespace(code: bool | None) -> Callable[[Pass, str], None]:
    def freespace(run: Pass, text: str) -> None:
        options = [word.strip().lower() for word in text.split(",") if word.strip()]
        _open_space(run, options, code)

    return freespace


def _open_space(run: Pass, options: list[str], code: bool | None) -> None:
    align = cleaned = False
    fill = run.fill_free
    if len(set(options)) < len(options):
        raise Broken("freespace", "an option of free space is given twice")
    for option in options:
        if option in ("ram", "noram") and code is None:
            code = option == "ram"
        elif option == "align":
            align = True
        elif option == "cleaned":
            cleaned = True
        elif option in ("static", "fixed"):
            raise Broken(
                "not-supported", "static free space is not supported: a new place is found each time"
            )
        else:
            fill = run.evaluation.number(option) & 0xFF
    if code is None:
        raise Broken("freespace", "`freespace` needs `ram` or `noram`; or write freecode or freedata")
    if run.mapper.name == "norom":
        raise Broken("freespace", "there is no free space in norom")
    run.end_space()
    open_space(run, code=code, align=align, cleaned=cleaned, fill=fill)


def open_space(run: Pass, *, code: bool, align: bool, cleaned: bool, fill: int) -> None:
    run.space_number += 1
    number = run.space_number
    if number > 127:
        raise Broken("freespace", "there are more than 127 free spaces")
    space = run.spaces.space(number)
    run.code_space = code
    if run.number == 0:
        start = 0x8000
    else:
        if run.number == 1:
            space.start = run.spaces.find(run.mapper, space.length, code=code, align=align, fill=fill)
        start = space.start
        if run.is_last and space.length:
            _write_tag(run, start, space.length)
            if space.leaks and not cleaned:
                run.warn(
                    "freespace-leak", "no `autoclean` gives this free space back when it is assembled again"
                )
    run.space_bytes += TAG + space.length
    run.place.go(number << 24 | start)
    run.space_start = run.place.real
    run.bank = None
    run.bytes += TAG
    run.tag_state = "open"


def _write_tag(run: Pass, start: int, length: int) -> None:
    offset = run.mapper.offset(start)
    if offset is not None and offset >= TAG:
        run.put(offset - TAG, rats_tag(length))


def _prot(run: Pass, text: str) -> None:
    if not run.tag_state:
        raise Broken("freespace", "`prot` stands at the start of a free space only")
    if run.tag_state == "protected":
        run.place.step(-len(_STOP), run.mapper)
    names = [name for name, _ in split_arguments(text)]
    if len(names) * 3 > 255:
        raise Broken("freespace", f"`prot` takes 85 labels at most, not {len(names)}")
    places = [_target(run, name) for name in names]
    for place in places:
        _claimed(run, place)
    entries = b"".join((place & _ADDRESS).to_bytes(3, "little") for place in places)
    run.emit(b"PROT" + bytes([len(entries)]) + entries + _STOP)
    run.tag_state = "protected"


def _target(run: Pass, name: str) -> int:
    label = run.find(run.labels.full(name))
    return _ADDRESS if label is None else label.value


def _claimed(run: Pass, target: int) -> None:
    if target >> 24 and run.number == 1:
        run.spaces.space(target >> 24).leaks = False


def _autoclean(run: Pass, text: str) -> None:
    word, _, name = text.partition(" ")
    if not name:
        if run.number == 0:
            _clean(run, word)
        return
    mnemonic = word.lower().removesuffix(".l")
    if mnemonic not in _AUTOCLEAN:
        raise Broken("freespace", "`autoclean` takes jsl, jml or dl and a label")
    if run.place.space:
        raise Broken("freespace", "`autoclean` has no place in free space")
    run.need_place()
    target = _target(run, name)
    _claimed(run, target)
    opcode = _AUTOCLEAN[mnemonic]
    if run.number == 0:
        _give_back(run, opcode)
    if opcode is None:
        run.emit((target & _ADDRESS).to_bytes(3, "little"))
    else:
        run.emit(bytes([opcode]) + (target & _ADDRESS).to_bytes(3, "little"))


def _clean(run: Pass, text: str) -> None:
    """Free the block at an address; of labels only those above are known, and others are none."""
    try:
        run.spaces.clear(run.mapper, run.evaluation.number(text), run.fill_free)
    except Broken as fault:
        raise Broken(fault.code, fault.reason, fault.fix) from None  # it is computed once, so it is told now


def _give_back(run: Pass, opcode: int | None) -> None:
    """Free the block that the ROM's own jump or pointer here leads to."""
    here = run.place.real
    found = run.read_rom(here, 4 if opcode is not None else 3)
    if found is None or (opcode is not None and found[0] != opcode):
        return
    target = int.from_bytes(found[-3:], "little")
    offset = run.mapper.offset(target)
    if offset is not None and rats_start(run.session.rom, offset) is not None:
        run.spaces.clear(run.mapper, target, run.fill_free)


PLACING: Final[dict[str, Callable[[Pass, str], None]]] = {
    "org": _org,
    "base": _base,
    "pushpc": _pushpc,
    "pullpc": _pullpc,
    "pushbase": _pushbase,
    "pullbase": _pullbase,
    "warnpc": _warnpc,
    "bank": _bank,
    "struct": _struct,
    "endstruct": _endstruct,
    "freespace": _freespace(None),
    "freecode": _freespace(True),
    "freedata": _freespace(False),
    "prot": _prot,
    "autoclean": _autoclean,
    "autoclear": _autoclean,
}
