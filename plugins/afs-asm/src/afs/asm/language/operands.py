"""The form of an operand, such as `(e),y`, and the expressions in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from .lines import QUOTED

_MARK = re.compile(rf"""{QUOTED}|["'(),]""")


class Operand(msgspec.Struct, frozen=True, gc=False):
    """`form` uses `e` for an expression; `bodies` are their texts, `starts` their indices."""

    form: str
    bodies: tuple[str, ...]
    starts: tuple[int, ...]

    def render(self, form: str, bodies: tuple[str, ...] | None = None) -> str:
        """The operand rewritten in another form."""
        first, *rest = bodies or self.bodies
        text = form.replace("e", "\0", 1).replace("e", rest[0] if rest else "e", 1)
        return text.replace("\0", first)


#: A form's opening and closing text, in the order in which asar tries them.
_INDEXED = (
    ("(e,s),y", "(", ",s),y"),
    ("[e],y", "[", "],y"),
    ("(e),y", "(", "),y"),
    ("[e],x", "[", "],x"),
    ("(e),x", "(", "),x"),
    ("e,s", "", ",s"),
    ("[e]", "[", "]"),
    ("(e,x)", "(", ",x)"),
    ("(e,y)", "(", ",y)"),
    ("(e,s)", "(", ",s)"),
)


def operand(text: str, block_move: bool = False) -> Operand:
    """Classify `text`, which is not empty. Any text has a form; its expressions may be faulty."""
    if text[0] == "#":
        return Operand("#e", (text[1:],), (1,))
    last = text[-1]
    if last in ")]xysXYS":
        found = _indexed(text, text[-6:].lower())
        if found:
            return found
    if block_move and "," in text and balanced(text):
        cuts = list(commas(text))
        if len(cuts) > 1:  # asar reads the first alone
            return Operand("e", (text[: cuts[0]],), (0,))
        if cuts:
            return Operand("e,e", (text[: cuts[0]], text[cuts[0] + 1 :]), (0, cuts[0] + 1))
    return Operand("e", (text,), (0,))


def _indexed(text: str, tail: str) -> Operand | None:
    for form, left, right in _INDEXED:
        if tail.endswith(right) and text.startswith(left):
            inner = text[len(left) : len(text) - len(right)]
            if form != "(e),x" or balanced(inner):
                return Operand(form, (inner,), (len(left),))
    if tail[-2:] in (",x", ",y"):
        return Operand("e" + tail[-2:], (text[:-2],), (0,))
    if text[0] == "(" and text[-1] == ")" and balanced(text[1:-1]):
        return Operand("(e)", (text[1:-1],), (1,))
    return None


def moves_block(mnemonic: str, suffix: str, text: str) -> bool:
    """Whether asar looks for the two banks of a block move: it does not if a size is stated, and then two
    are all that there may be."""
    return mnemonic in ("mvn", "mvp") and not (suffix and text.count(",") > 1)


def balanced(text: str) -> bool:
    """Whether every parenthesis in `text` closes one that was opened in it, those in quotes aside."""
    if "(" not in text and ")" not in text:
        return True
    depth = 0
    for match in _MARK.finditer(text):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def commas(text: str) -> Iterator[int]:
    """The indices of the commas outside parentheses and quotes."""
    depth = 0
    for match in _MARK.finditer(text):
        mark = match[0]
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth -= 1
        elif mark in ("'", '"'):
            return  # an open quote
        elif mark == "," and depth <= 0:
            yield match.start()
