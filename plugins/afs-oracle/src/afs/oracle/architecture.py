"""How a checkout is built: what each file and folder holds, and in which order files are read."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from afs.asm import Source
from afs.oracle.comment_text import cleaned, flowed, usable
from afs.oracle.comments import Comments
from afs.oracle.function_lessons import functions
from afs.oracle.lesson import Lesson, listed
from afs.oracle.routines import Explained

__all__ = ["architecture_lessons", "headline"]

_MOST = 80
_SENTENCE_END = (". ", "! ", ".\n")


def architecture_lessons(
    sources: Sequence[Source],
    documents: Sequence[str],
    routines: Sequence[Explained],
    comments: Mapping[str, Comments],
    titles: Mapping[str, str],
) -> Iterator[Lesson]:
    """One lesson a file, a folder and a list of includes; ``titles`` are those of documents."""
    taken = {(routine.file, routine.start) for routine in routines if routine.comment}
    heads = {source.file: headline(source, comments[source.file], taken) for source in sources}
    for source in sources:
        yield from _of_file(source, heads[source.file])
    folders: dict[str, list[str]] = {}
    for file in sorted({source.file for source in sources} | set(documents)):
        folders.setdefault(_folder(file), []).append(file)
    for folder, files in folders.items():
        if folder and 1 < len(files) <= _MOST:
            lines = [_entry(file, heads.get(file, "") or titles.get(file, "")) for file in files]
            yield Lesson(
                "architecture",
                folder,
                "\n".join(lines),
                files[0],
                1,
                1,
                wording="folder",
                told=0.6,
                facts=len(files),
                metadata={"also": [f"{file}:1" for file in files[1:]]},
            )


def headline(source: Source, comments: Comments, taken: Container[tuple[str, int]] = ()) -> str:
    """The comment that opens the file, if it stands apart from what it opens and is not ``taken``."""
    lines, last = [], 0
    for comment in source.comments:
        if not comment.own_line or (last and comment.line != last + 1):
            break
        lines.append(comments.own[comment.line])
        last = comment.line
    first = source.comments[0].line if lines else 0
    text = source.text.split("\n")
    apart = (
        lines
        and (source.file, first) not in taken
        and not any(line.strip() for line in text[: first - 1])
        and last < len(text)
        and not text[last].strip()
    )
    told = "\n".join(cleaned(lines, paragraphs=True)) if apart else ""
    return told if usable(told) else ""


def _of_file(source: Source, head: str) -> Iterator[Lesson]:
    lines = [head + "\n" if "\n\n" in head else head] if head else []
    several = len(source.routines) > 1
    held = {
        "Routines": [routine.name for routine in source.routines],
        "Tables": [
            table.name for table in source.tables if table.name not in {r.name for r in source.routines}
        ],
        "Macros": [f"%{macro.name}" for macro in source.macros],
        "Functions": [f"{function.name}()" for function in functions(source)],
        "Reads in": [include.path for include in source.includes],
    }
    for what, names in held.items():
        names = list(dict.fromkeys(names))
        several = several or len(names) > 1
        if 0 < len(names) <= _MOST:
            lines.append(f"{what}: {listed(names)}.")
    end = len(source.text.splitlines())
    if lines and (head or several or len(lines) > 1):
        answer = "\n".join(lines)
        share = 0.3 + 0.7 * len(head) / len(answer)
        yield Lesson(
            "architecture",
            source.file,
            answer,
            source.file,
            1,
            end,
            told=share,
            facts=len(lines),
            wording="file",
        )
    read = [include for include in source.includes if include.directive == "incsrc"]
    if 1 < len(read) <= 4 * _MOST:
        steps = [f"{number}. {include.path}" for number, include in enumerate(read, 1)]
        yield Lesson(
            "architecture",
            source.file,
            "\n".join(steps),
            source.file,
            read[0].line,
            read[-1].line,
            wording="includes",
            facts=len(read),
        )


def _entry(file: str, head: str) -> str:
    first = flowed(head.split("\n")).split("\n")[0]
    cut = min((first.find(end) for end in _SENTENCE_END if end in first), default=-1)
    said = first[: cut + 1] if cut > 0 else first
    name = PurePosixPath(file).name
    return f"{name}: {said}" if said and len(said) < 200 else name


def _folder(file: str) -> str:
    parent = PurePosixPath(file).parent.as_posix()
    return "" if parent == "." else parent
