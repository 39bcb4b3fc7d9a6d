"""What a person reads where a command broke down: who did it, and where the traceback is."""

from __future__ import annotations

from contextlib import suppress

__all__ = ["explain"]


def explain(fault: BaseException, owner: str) -> tuple[str, str]:
    """Message and hint of an unexpected exception; the traceback goes to the log."""
    from afs_core import logs
    from afs_core.blame import culprit

    with suppress(BaseException), logs.run_log("", owner):
        raise fault
    if isinstance(fault, OSError) and fault.filename and fault.strerror:
        return f"{fault.filename}: {fault.strerror}", f"where that happened is in {logs.log_path()}"
    text = " ".join(str(fault).split())
    message = f"{culprit(fault) or owner or 'the core'}: unexpected {type(fault).__name__}: {text}"
    return message, f"the traceback is in {logs.log_path()}; --traceback shows it here"
