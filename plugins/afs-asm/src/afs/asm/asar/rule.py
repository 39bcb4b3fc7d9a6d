"""The fair rule for fragments: names that a text does not define are given stand-ins until asar names no
more of them; what it then still refuses is the text's own fault.

A define stands in as a byte, a word, a long address or `nop`, whichever the text can live with; a label
is $008000, a macro takes anything and does nothing, a function gives a constant, a file is empty.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from .messages import Message
from .worker import Reply

#: Values that a define may stand in with.
DEFINES: Final = ("$10", "$1234", "$7E1234", "nop")
_ROUNDS: Final = 24
_QUOTED = re.compile(r"'(.*?)'(?: wasn't|\.|\Z)")
_NAME = re.compile(r"[A-Za-z_]\w*\Z", re.A)
_CALL = re.compile(r"[A-Za-z_]\w*", re.A)
_NEARBY = re.compile(r":(pos|neg)_(\d+)_")
_FILE = re.compile(r"[\w.-]+\Z", re.A)

Assemble = Callable[[dict[str, str]], Reply]


class StandIns:
    """The stand-ins of one text, by what they stand in for. With `parameters` the text is the body of a
    macro that has these."""

    def __init__(self, parameters: tuple[str, ...] | None = None) -> None:
        self.names: dict[str, str] = {}
        self._parameters = parameters

    def learn(self, message: Message, code: str) -> bool:
        """Take up the name that an error lacks; whether it is a new one."""
        found = _QUOTED.search(message.text)
        name = found[1] if found else ""
        stub, line = _stand_in(message.name, name, code)
        if not stub or stub in self.names:
            return False
        self.names[stub] = line
        return True

    def files(self, code: str, define: str) -> dict[str, str]:
        """The main file with its stand-ins, and the files that it includes."""
        lines = [line.replace("\0", define) for line in self.names.values() if line[:1] not in ("", "+")]
        below = [line for line in self.names.values() if line[:1] == "+"]
        head = ["lorom", "org $008000", *lines, "FragmentStart:"]
        if self._parameters is not None:
            names = [name for name in self._parameters if _NAME.match(name)]
            head.append(f"macro AfsFragment({','.join(names)})")
            below = ["endmacro", f"%AfsFragment({','.join(['$10'] * len(names))})", *below]
        main = "\n".join([*head, code, *below]) + "\n"
        others = {name: "" for name, line in self.names.items() if not line}
        return {"afs-main.asm": main, **others}

    @property
    def height(self) -> int:
        """The lines before the text."""
        lines = sum(line.count("\n") + 1 for line in self.names.values() if line[:1] not in ("", "+"))
        return lines + (3 if self._parameters is None else 4)


def _stand_in(error: str, name: str, code: str) -> tuple[str, str]:
    """What stands in for a missing name: the name as `CheckResult.stubs` has it, and its line."""
    if error == "Edefine_not_found":
        return "!" + name, f"!{name} = \0"
    if error == "Emacro_not_found":
        return "%" + name, f"macro {name}(...)\nendmacro"
    if error == "Efunction_not_found":
        match = _CALL.match(name)
        return (match[0] + "()", _function(match[0], code)) if match else ("", "")
    if error in ("Efile_not_found", "Efailed_to_open_file"):
        return (name, "") if _FILE.match(name) else ("", "")
    if error == "Elabel_not_found":
        nearby = _NEARBY.match(name)
        if nearby:
            label = ("+" if nearby[1] == "pos" else "-") * int(nearby[2])
            return label, label
        return (name, f"{name} = $008000") if _NAME.match(name) else ("", "")
    return "", ""


def _function(name: str, code: str) -> str:
    """A constant function of as many values as its first call has."""
    match = re.search(rf"\b{re.escape(name)}\(([^()]*)\)", code)
    count = max(1, match[1].count(",") + 1 if match else 1)
    return f"function {name}({','.join(f'v{index}' for index in range(count))}) = 16"


class Fragment:
    """What asar says of a text taken for a fragment: the errors that are its own, and the stand-ins."""

    def __init__(self, code: str, assemble: Assemble, parameters: tuple[str, ...] | None = None) -> None:
        self.code = code
        self.stand_ins = StandIns(parameters)
        self.reply = Reply(False, "")
        self.errors: list[Message] = []
        for define in DEFINES:
            self._settle(assemble, define)
            if not self.errors or not any(name[0] == "!" for name in self.stand_ins.names):
                break

    def _settle(self, assemble: Assemble, define: str) -> None:
        for _ in range(_ROUNDS):
            self.reply = assemble(self.stand_ins.files(self.code, define))
            missing = [
                message for message in self.reply.messages if message.error and message.kind == "symbol"
            ]
            if self.reply.ended or not any([self.stand_ins.learn(message, self.code) for message in missing]):
                break
        self.errors = [message for message in self.reply.messages if message.error and self._own(message)]

    def _own(self, message: Message) -> bool:
        if message.kind != "syntax":
            return False
        if message.name != "Erelative_branch_out_of_bounds":
            return True
        target = message.block.split(" ")[-1]
        return not any(name.lstrip("!") and name in target for name in self.stand_ins.names)

    def line(self, message: Message) -> int:
        """The line of the text that a message is about, 1 if it is about none."""
        return min(max(1, message.line - self.stand_ins.height), self.code.count("\n") + 1)
