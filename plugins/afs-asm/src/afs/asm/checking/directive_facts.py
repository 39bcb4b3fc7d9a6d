"""The facts of data, directives and assignments."""

from __future__ import annotations

import re
from collections.abc import Callable

from afs.asm.language.arguments import quoted_blanks, split_arguments, split_plainly, words_of
from afs.asm.language.directives import (
    ADDRESS_BITS,
    CHOICES,
    CLOSES,
    CLOSES_CONDITION,
    DATA,
    DIRECTIVES,
    NO_FORWARD,
    NO_LABELS,
    OPENS,
    PULLS,
    READS_FILE,
    TAKES_EXPRESSION,
)
from afs.asm.language.expressions import STUB, expression
from afs.asm.language.findings import ERROR, WARNING, Fault
from afs.asm.language.operands import balanced
from afs.asm.language.statements import Statement
from afs.asm.language.warning_names import is_warning

from .argument_facts import address_fault, all_checked, checked, refused
from .block_facts import block_facts
from .facts import EMPTY, Event, Facts, Step

_FUNCTION = re.compile(r"(\w+)\(([^()]*)\) = (.*)\Z", re.A | re.S)
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_GLOBAL = re.compile(r"(?:\.+\w|[A-Za-z_])[\w.]*\Z", re.A)
_VERSION = re.compile(r"0+\.[0-9]+\Z|[0-9]+\.(?:[0-9]{2}|[0-9]+\.[0-9]+)\Z", re.A)

_LABEL = re.compile(r"\??(?:\.+\w|[A-Za-z_])[\w.]*\Z", re.A)
_BANKS = re.compile(r"[0-9],[0-9],[0-9],[0-9]\Z", re.A)
_RANGED = re.compile(r"""("[^"]*"|[^":]*):(.*)\Z""", re.S)
#: An old range of `incbin`: hexadecimal numbers, or expressions in parentheses.
_OLD_RANGE = re.compile(r"(?:\((.*)\)|(?:0[xX])?[0-9A-Fa-f]+)-(?:\((.*)\)|(?:0[xX])?[0-9A-Fa-f]*)\Z", re.S)
_QUOTED_FILE = re.compile(r'"(?:[^"]|"")*"(?:\Z|:|,(?:ltr|rtl)\Z)', re.I)
_BANK = 0x10000
_ALIGNMENTS = frozenset(1 << bit for bit in range(24))
#: The version of asar whose dialect this is, as `1.91` and as `1.9.1`.
_NEWEST = (1, 9, 1)

#: Directives after which addresses no longer follow from what stands before.
_MOVING = (
    "org base pushpc pullpc pullbase freespace freecode freedata skip pad incsrc incbin rep prot autoclean"
)
_MOVES = frozenset(_MOVING.split())
#: The options of free space.
_SPACES = frozenset({"ram", "noram", "static", "fixed", "align", "cleaned"})
#: Directives that end the assembly with an error wherever they are reached.
_STOPS = frozenset({"error", "include", "includefrom"})


def data_facts(statement: Statement) -> Facts:
    head = statement.at - len(statement.name) - 1
    if not statement.operand:
        return refused(head, "operand-missing", f"{statement.name} needs at least one value")
    width = DATA[statement.name]
    faults: list[Fault] = []
    events: list[Event] = []
    length = 0
    for item, start in split_arguments(statement.operand, statement.at):
        if item[:1] == '"' and item[-1:] == '"' and len(item) > 1 and '"' not in item[1:-1].replace('""', ""):
            length += width * len(item[1:-1].replace('""', '"').encode("utf-8", "surrogatepass"))
            continue
        length += width
        value = expression(item[1:] if item[:1] == "#" else item)
        fault, more = checked(item, value, start, width)
        faults += fault
        events += more
    return Facts(tuple(faults), tuple(events), -1 if STUB in statement.operand else length)


def assign_facts(statement: Statement) -> Facts:
    name = statement.name
    at = max(statement.at - len(name) - 3, 0)
    if name[:1] == "'" and len(name) == 3:
        faults, events = checked(statement.operand, expression(statement.operand), statement.at, 0, "static")
        event = Event("character", name[1], at, statement.operand)
        return Facts(tuple(faults), (*events, event))
    if STUB not in name and not _NAME.match(name.removeprefix("?")):
        reason = f"`{name[:24]}` cannot be assigned to: a name has letters, digits and _"
        return Facts((Fault(at, ERROR, "label-name", reason),))
    faults, events = checked(statement.operand, expression(statement.operand), statement.at, 0, "static")
    return Facts(tuple(faults), (*events, Event("assign", name, at, statement.operand)))


def directive_facts(statement: Statement) -> Facts:
    name = statement.name
    written = f"{name}.{statement.suffix}" if statement.suffix else name
    head = max(statement.at - len(written) - 1, 0)
    least, most = DIRECTIVES[name]
    count = len(words_of(statement.operand))
    if not least <= count <= most and (name in CLOSES_CONDITION or name == "else"):
        reason = f"`{name}` takes nothing after it"
        return Facts((), (Event("surplus", name, head, reason),), -1)  # where nothing counts, too
    if not least <= count <= most and name != "elseif":
        return Facts((_miscounted(statement, head, least, most, count),), (), _length(name))
    if name in OPENS or name in CLOSES or name in ("else", "elseif"):
        return block_facts(statement, head)
    if name in TAKES_EXPRESSION and not (
        count > 1 or (name == "base" and statement.operand.lower() == "off")
    ):
        return _with_expression(statement, head)
    return _BY_NAME.get(name, _other)(statement, head)


def _length(name: str) -> int:
    return -1 if name in _MOVES or name == "fill" else 0


def _miscounted(statement: Statement, head: int, least: int, most: int, count: int) -> Fault:
    name = statement.name
    if count < least:
        wanted = f"{least} word{'s'[: least > 1]}"
        return Fault(head, ERROR, "operand-missing", f"{name} needs {wanted} after it")
    squeezed = _squeezed(statement.operand)
    if name in TAKES_EXPRESSION or name == "function":
        if name == "function":
            squeezed = re.sub(r"\)=", ") = ", squeezed, count=1)
        reason = "asar takes a blank in an expression for its end"
        return Fault(head, ERROR, "operand-blank", reason, f"{name} {squeezed}")
    if name == "include":
        return Fault(head, ERROR, "directive", "there is no `include FILE`", f"incsrc {statement.operand}")
    wanted = "nothing" if most == 0 else f"at most {most} word{'s'[: most > 1]}"
    return Fault(head, ERROR, "operand-extra", f"{name} takes {wanted} after it")


def _squeezed(text: str) -> str:
    """`text` without the blanks outside quotes."""
    return "".join(word for word, _ in words_of(text))


def _first_word(operand: str) -> str:
    if operand[:1] == '"':
        return operand[1:].partition('"')[0]
    return operand.partition(" ")[0].partition(",")[0].partition(":")[0]


def _with_expression(statement: Statement, head: int) -> Facts:
    name, operand = statement.name, statement.operand
    if name == "bank" and operand.lower() in ("auto", "noassume"):
        return Facts((), (Event("place", name, head),))
    use = "static" if name in NO_LABELS else "earlier" if name in NO_FORWARD else "use"
    value = expression(operand)
    faults, events = checked(operand, value, statement.at, TAKES_EXPRESSION[name], use)
    if name in ADDRESS_BITS:
        faults += address_fault(name, operand, statement.at)
    if name == "rep" and value.symbols:
        reason = "how often a line is repeated must be a number, not a label"
        faults.append(Fault(statement.at, ERROR, "label-moves", reason))
    if name == "rep" and operand[:1] == "$":
        reason = "this repeats the next line; the instruction REP needs an immediate"
        faults.append(Fault(head, WARNING, "rep-directive", reason, f"rep #{operand}"))
    length = _length(name)
    if name == "fill" and value.literal is not None and 0 <= value.literal < _BANK:
        return Facts(tuple(faults), tuple(events), value.literal)
    if name == "dpbase":
        events.append(Event("address", name, head, operand))
    if name == "warnpc":
        events.append(Event("limit", name, head, operand))
    if length < 0 or name in ("bank", "startpos"):
        events.append(Event("place", name, head, operand))
    return Facts(tuple(faults), tuple(events), length)


def _aligned(statement: Statement, head: int) -> Facts:
    """`skip` or `fill` with `align N` and `offset N`."""
    words = words_of(statement.operand, statement.at)
    keys = [word.lower() for word, _ in words[::2]]
    if len(words) == 3 or keys not in (["align"], ["align", "offset"]):
        reason = f"{statement.name} takes a number, or `align N`, or `align N offset N`"
        return refused(head, "directive", reason)
    faults, events = all_checked(words[1::2], "static")
    alignment = expression(words[1][0]).literal
    if alignment is not None and alignment not in _ALIGNMENTS:
        reason = "an alignment is a power of two, $800000 at most"
        faults.append(Fault(words[1][1], ERROR, "directive", reason))
    detail = f"align {' '.join(word for word, _ in words[1:])}"
    return Facts(tuple(faults), (*events, Event("place", statement.name, head, detail)), -1)


def _function(statement: Statement, head: int) -> Facts:
    match = _FUNCTION.match(statement.operand)
    arguments = match[2].split(",") if match else []
    named = match and _NAME.match(match[1]) and all(_NAME.match(name) for name in arguments)
    if not match or not named or len({name.lower() for name in arguments}) < len(arguments):
        return refused(head, "function", "a function is declared as `function name(a,b) = expression`")
    if not balanced(match[3]):
        return refused(head, "function", "parentheses do not match in what the function is")
    return Facts((), (Event("define-function", match[1], head, f"{match[2]}) = {match[3]}"),))


def _warnings(statement: Statement, head: int) -> Facts:
    what, _, name = statement.operand.partition(" ")
    if what.lower() in ("enable", "disable") and name and STUB not in name and not is_warning(name):
        return refused(head, "directive", f"asar has no warning `{name[:40]}`")
    if not name and what.lower() in ("push", "pull"):
        return Facts((), (Event("stack", f"{what.lower()}warnings", head),))
    return EMPTY


def _autoclean(statement: Statement, head: int) -> Facts:
    word, _, rest = statement.operand.partition(" ")
    if not rest:
        faults, events = checked(word, expression(word), statement.at, 0)
        return Facts(tuple(faults), tuple([event for event in events if event.kind != "use"]))
    name = word.lower().removesuffix(".l")
    if name not in ("jsl", "jml", "dl"):
        return refused(statement.at, "directive", "autoclean takes jsl, jml or dl")
    if not _LABEL.match(rest) and STUB not in rest:
        return refused(statement.at + len(word) + 1, "directive", "autoclean takes a label and nothing else")
    steps = (Step("call" if name == "jsl" else "end", 0, head),) if name != "dl" else ()
    at = statement.at + len(word) + 1
    ends = Event("stop", "autoclean", head, "`autoclean` needs the free space of a ROM")
    return Facts((), (Event("use", rest, at), ends), 3 if name == "dl" else 4, steps)


def _prot(statement: Statement, head: int) -> Facts:
    names = split_arguments(statement.operand, statement.at)
    for name, start in names:
        if not _LABEL.match(name) and STUB not in name:
            return refused(start, "directive", f"prot takes labels, not `{name[:24]}`")
    uses = tuple(Event("use", name, start) for name, start in names)
    return Facts((), (*uses, Event("place", "prot", head)), -1)


def _namespace(statement: Statement, head: int) -> Facts:
    word, _, rest = statement.operand.partition(" ")
    if word.lower() == "nested":
        fine = bool(rest)
    else:
        name = word.strip('"')
        fine = not rest and (bool(_NAME.match(name)) or STUB in name)
    if not fine:
        return refused(head, "directive", "namespace takes a name, `off`, `nested on` or `nested off`")
    return Facts((), (Event("namespace", statement.operand, head),))


def _free(statement: Statement, head: int) -> Facts:
    """Free space; what is no option of it is the byte that free space is filled with."""
    options = split_plainly(statement.operand, statement.at)
    words = [option.lower() for option, _ in options]
    kinds = sum(word in ("ram", "noram") for word in words) + (statement.name != "freespace")
    names = ["static" if word == "fixed" else word for word in words if word in _SPACES]
    moved = Event("place", statement.name, head)
    if kinds != 1 or len(names) != len(set(names)):
        reason = "free space is `freecode`, `freedata`, or `freespace` with `ram` or `noram`"
        return Facts((Fault(head, ERROR, "directive", reason),), (moved,), -1)
    values = [(text, at) for (text, at), word in zip(options, words, strict=True) if word not in _SPACES]
    faults, events = all_checked(values, "use")
    if "static" in names:
        reason = "static free space needs the place that it has in a ROM"
        events.append(Event("stop", statement.name, head, reason))
    return Facts(tuple(faults), (*events, moved), -1)


_SHOWN = re.compile(
    r'(?:"[^"]*")+\Z|(?:pc|bytes|freespaceuse)\Z|(?:bin|dec|hex|double)\((.*)\)\Z', re.I | re.S
)


def _printed(statement: Statement, head: int) -> Facts:
    """`print`, and the messages of `error` and `warn`."""
    stop = (Event("stop", statement.name, head),) if statement.name in _STOPS else ()
    items = split_arguments(statement.operand, statement.at) if statement.operand else []
    faults, events = _shown(items)
    return Facts(tuple(faults), (*stop, *events))


def _shown(items: list[tuple[str, int]]) -> tuple[list[Fault], list[Event]]:
    """Faults and events of the parts of a message."""
    faults: list[Fault] = []
    events: list[Event] = []
    for item, start in items:
        match = _SHOWN.match(item)
        if STUB in item:
            continue
        if not match:
            reason = f"`{item[:24]}` cannot be printed: a text in quotes, pc, bytes, hex(…), dec(…)"
            faults.append(Fault(start, ERROR, "directive", reason))
        elif match[1] is not None:
            values = split_arguments(match[1], start + match.start(1))
            more, uses = all_checked(values, "use")
            faults += more
            events += uses
            if len(values) > 2:
                faults.append(
                    Fault(start, ERROR, "directive", "a number and its digits are all that can be given here")
                )
    return faults, events


def _warn(statement: Statement, head: int) -> Facts:
    if statement.operand.lower() in ("xkas on", "xkas off"):
        return EMPTY
    if " " in statement.operand and not quoted_blanks(statement.operand):
        return refused(head, "directive", "warn takes a message")
    return _printed(statement, head)


def _assert(statement: Statement, head: int) -> Facts:
    event = Event("assert", statement.name, head, statement.operand)
    last, start = words_of(statement.operand, statement.at)[-1]
    faults, events = _shown(split_arguments(last, start)[1:])
    return Facts(tuple(faults), (event, *events))


def _chosen(statement: Statement, head: int) -> Facts:
    first, _, second = statement.operand.partition(" ")
    options = CHOICES[statement.name].get(first.lower())
    if STUB in statement.operand:
        return EMPTY
    if options is None or (options and second.lower() not in options):
        known = CHOICES[statement.name]
        wanted = " or ".join(f"{word} {'|'.join(sorted(known[word]))}".strip() for word in known)
        return refused(head, "directive", f"{statement.name} takes {wanted}")
    if first.lower() == "title":
        reason = "the title is that of a ROM, which is not here"
        return Facts((), (Event("stop", statement.name, head, reason),))
    return Facts((), (Event("setting", statement.name, head, statement.operand.lower()),))


def _asar(statement: Statement, head: int) -> Facts:
    version = statement.operand
    if version and STUB not in version:
        if not _VERSION.match(version):
            return refused(head, "directive", f"`{version[:24]}` is no version such as 1.90")
        if _version(version) > _NEWEST:
            return refused(
                head, "directive", f"this asks for asar {version[:24]}; the dialect here is that of 1.91"
            )
    return Facts((), (Event("asar", version, head),))


def _version(text: str) -> tuple[int, ...]:
    """`1.91` and `1.9.1` are the same."""
    numbers = text.split(".")
    if len(numbers) == 2:
        numbers = [numbers[0], *numbers[1]]
    return tuple(int(number[:9]) for number in numbers)


def _file(statement: Statement, head: int) -> Facts:
    words = words_of(statement.operand, statement.at)
    if statement.name == "incbin" and len(words) > 1 and (len(words) == 2 or words[1][0] != "->"):
        return refused(head, "directive", "incbin takes a file, and `-> label` behind it")
    faults, events = _range(*words[0]) if statement.name == "incbin" else ([], [])
    if words[0][0][:1] == '"' and not _QUOTED_FILE.match(words[0][0]):
        faults.append(Fault(words[0][1], ERROR, "quotes", "something stands behind the closing quote"))
    events.append(Event("file", _first_word(statement.operand), head, statement.name))
    if len(words) == 3 and _NAME.match(words[2][0]):
        events.append(Event("label", words[2][0], words[2][1], "global", -1))
    elif len(words) == 3:
        more, uses = all_checked(words[2:], "static")
        faults, events = [*faults, *more], [*events, *uses]
    return Facts(tuple(faults), tuple(events), -1)


def _range(word: str, start: int) -> tuple[list[Fault], list[Event]]:
    """The part of a file that `incbin` is to take, `:first..end` or the older `:0-FF`."""
    match = _RANGED.match(word)
    if not match:
        return [], []
    at = start + match.start(2)
    if ".." in match[2]:
        first, _, end = match[2].partition("..")
        return all_checked([(first, at), (end, at + len(first) + 2)], "static")
    old = _OLD_RANGE.match(match[2])
    if not old:
        return [Fault(at, ERROR, "directive", "a part of a file is written `:first..end`")], []
    return all_checked([(old[n], at + old.start(n)) for n in (1, 2) if old[n] is not None], "static")


def _other(statement: Statement, head: int) -> Facts:
    name = statement.name
    if name in PULLS or name in PULLS.values():
        return Facts((), (Event("stack", name, head),), _length(name))
    if name in _STOPS:
        return Facts((), (Event("stop", name, head),))
    if name == "sa1rom" and statement.operand and not _BANKS.match(statement.operand):
        return refused(head, "directive", "sa1rom takes nothing, or four digits such as `0,1,2,3`")
    if name == "undef":
        return Facts((), (Event("undef", _first_word(statement.operand), head),))
    length = _length(name)
    return Facts((), (Event("place" if length < 0 else "setting", name, head),), length)


def _arch(statement: Statement, head: int) -> Facts:
    return Facts((), (Event("arch", statement.operand.lower(), head),), -1)


def _global(statement: Statement, head: int) -> Facts:
    name = statement.operand.removesuffix(":").removeprefix("#")
    if not _GLOBAL.match(name) or not statement.operand.endswith(":"):
        return refused(head, "directive", "global takes a label with its colon", f"global {name}:")
    kind = "aside" if statement.operand[:1] == "#" else "global"
    return Facts((), (Event("label-outside", name, statement.at, kind),))


_BY_NAME: dict[str, Callable[[Statement, int], Facts]] = {
    **dict.fromkeys(READS_FILE, _file),
    **dict.fromkeys(CHOICES, _chosen),
    **dict.fromkeys(("freespace", "freecode", "freedata"), _free),
    **dict.fromkeys(("autoclean", "autoclear"), _autoclean),
    **dict.fromkeys(("skip", "fill"), _aligned),
    **dict.fromkeys(("print", "error"), _printed),
    "arch": _arch,
    "asar": _asar,
    "assert": _assert,
    "function": _function,
    "global": _global,
    "namespace": _namespace,
    "prot": _prot,
    "warn": _warn,
    "warnings": _warnings,
    "xkas": _asar,
}
