"""Routines that end with the brace that closes them."""

from __future__ import annotations

from afs.asm import Routine

__all__ = ["within_braces"]


def within_braces(routine: Routine) -> Routine:
    """Without what stands behind the brace that closes it, such as a macro at the end of the file."""
    depth = 0
    for at, placed in enumerate(routine.body):
        depth += {"{": 1, "}": -1}.get(placed.statement.text, 0)
        if placed.statement.text == "}" and depth == 0:
            return _up_to(routine, at)
        if depth < 0:
            break
    return routine


def _up_to(routine: Routine, brace: int) -> Routine:
    """With the statements before ``brace``, where neither code nor data stands behind."""
    rest = [placed.statement for placed in routine.body[brace + 1 :]]
    kinds = [placed.statement.kind for placed in routine.body[:brace]]
    emits = any(statement.kind in ("instruction", "data") or statement.labels for statement in rest)
    if not rest or emits or "instruction" not in kinds:
        return routine
    emitting = [at for at, kind in enumerate(kinds) if kind in ("instruction", "macro-call", "data")]
    body = routine.body[: emitting[-1] + 1]
    end = body[-1].end_line
    text = "\n".join(routine.text.split("\n")[: end - routine.line + 1])
    comments = tuple(comment for comment in routine.comments if comment.line <= end)
    return routine._replace(body=body, end_line=end, text=text, comments=comments)
