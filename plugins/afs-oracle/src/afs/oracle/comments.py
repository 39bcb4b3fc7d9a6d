"""The comments of a file, and its lines as they can be quoted."""

from __future__ import annotations

from afs.asm.sources.remarks import RULER, Remarks
from afs.oracle.comment_text import is_code, unmarked
from afs.oracle.doubts import sure

__all__ = ["Comments"]


class Comments(Remarks):
    """The comments of one file by line."""

    def quoted(self, first: int, last: int) -> str:
        """The lines without what their author was not sure of, marks of tools, and code taken out."""
        return "\n".join(line for at in range(first, last + 1) if (line := self._quoted(at)) is not None)

    def _quoted(self, line: int) -> str | None:
        text = self.lines[line - 1].rstrip()
        if line not in self.tails:
            return text
        told, own = self.tails[line].strip(), line in self.own
        if not sure(told) or (own and is_code(told) and not RULER.fullmatch(told)):
            return None if own else text[: self.columns[line] - 1].rstrip()
        kept = unmarked(told)
        if kept == told:
            return text
        if not kept:
            return None if own else text[: self.columns[line] - 1].rstrip()
        return f"{text[: self.columns[line] - 1]}; {kept}"
