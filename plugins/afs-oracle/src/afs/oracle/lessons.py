"""All lessons of a hack, thing by thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from afs.oracle.addresses import Address
from afs.oracle.architecture import architecture_lessons
from afs.oracle.asking import Asker, Posed
from afs.oracle.document_lessons import opening, text_lessons
from afs.oracle.document_order import order_lessons
from afs.oracle.function_lessons import function_lessons
from afs.oracle.graph import Graph
from afs.oracle.group_lessons import group_lessons, groups, setting_lessons, struct_lessons
from afs.oracle.hooks import hook_lessons, hooks, originals
from afs.oracle.lesson import Lesson
from afs.oracle.macro_lessons import macro_lessons
from afs.oracle.memory_lessons import AddressLessons, access_lessons, constant_lessons
from afs.oracle.routine_lessons import RoutineLessons, routine_cue
from afs.oracle.table_lessons import table_lessons
from afs.oracle.topics import Topics

if TYPE_CHECKING:
    from afs.oracle.hack import Hack
    from afs.oracle.routines import Explained
    from afs.oracle.texts import Text
    from afs_core import Run

__all__ = ["Lessons"]


class Lessons:
    """Asks for what ``hack`` holds by ``kinds``, no two with the same question.

    A description that fits two things asks for neither.
    """

    def __init__(self, run: Run, kinds: Sequence[str], variants: int, hack: Hack) -> None:
        self._run, self._kinds, self._hack = run, frozenset(kinds), hack
        self._asker = Asker(run, variants)
        self._addresses = AddressLessons((*hack.addresses, *hack.placed))
        routines = (
            (routine_cue(routine.comment), routine.name) for routine in hack.routines if routine.comment
        )
        self._topics = Topics(hack.texts)
        texts = ((opening(text), self._topics.title(text)) for text in hack.texts)
        self._unclear = {"routine-name": _unclear(routines), "heading": _unclear(texts)}

    def of_address(self, address: Address) -> Iterator[Posed]:
        return self._asked(self._addresses.of(address))

    def of_routine(self, routine: Explained) -> Iterator[Posed]:
        return self._asked(self._routine_lessons.of(routine))

    def of_text(self, text: Text) -> Iterator[Posed]:
        if "section" in self._kinds:
            yield self._asker.of_text(text, self._topics.asked(text))
        yield from self._asked(text_lessons(text, self._topics))

    def of_the_rest(self) -> Iterator[Posed]:
        """Everything that is neither an address nor a routine nor a section."""
        hack = self._hack
        for lessons in (
            self._of_numbers,
            self._of_data,
            self._of_macros,
            lambda: function_lessons(hack.sources, hack.comments),
            self._of_hooks,
            lambda: access_lessons(self._graph),
            lambda: order_lessons(hack.texts, self._topics),
            lambda: architecture_lessons(
                hack.sources, hack.documents, hack.routines, hack.comments, self._topics.titles
            ),
        ):
            self._run.check_cancelled()
            yield from self._asked(lessons())

    def _of_numbers(self) -> Iterator[Lesson]:
        if not self._kinds & {
            "constant",
            "purpose",
            "bits",
            "bit",
            "values",
            "group",
            "settings",
            "struct",
            "field",
        }:
            return
        for constant in self._hack.constants:
            yield from constant_lessons(constant)
        for source in self._hack.sources:
            for group in groups(source, self._hack.comments[source.file]):
                yield group_lessons(group)
            yield from struct_lessons(source, self._hack.comments[source.file])
        yield from setting_lessons(self._hack.local)

    def _of_data(self) -> Iterator[Lesson]:
        if self._kinds & {"table", "entry"}:
            names = _single(table.name for source in self._hack.sources for table in source.tables)
            for source in self._hack.sources:
                yield from table_lessons(source, self._hack.comments[source.file], names)

    def _of_macros(self) -> Iterator[Lesson]:
        if self._kinds & {"macro", "macro-use", "write"}:
            names = _single(macro.name for source in self._hack.sources for macro in source.macros)
            for source in self._hack.sources:
                yield from macro_lessons(source, self._hack.comments[source.file], self._graph, names)

    def _of_hooks(self) -> Iterator[Lesson]:
        if not self._kinds & {"hook", "hooked", "write"}:
            return
        found = [
            hook for source in self._hack.sources for hook in hooks(source, self._hack.comments[source.file])
        ]
        names: dict[str, list[str]] = {}
        for address in (*self._hack.addresses, *self._hack.placed):
            names.setdefault(address.value, []).append(address.name)
        yield from hook_lessons(found, originals(self._hack.sources), self._graph, names)

    @cached_property
    def _graph(self) -> Graph:
        hack = self._hack
        return Graph(hack.sources, hack.routines, (*hack.addresses, *hack.placed, *hack.pages))

    @cached_property
    def _routine_lessons(self) -> RoutineLessons:
        routines = {routine.name: routine for routine in self._hack.routines}
        return RoutineLessons(self._graph, routines, self._hack.sources, self._hack.comments, self._kinds)

    def _asked(self, lessons: Iterable[Lesson]) -> Iterator[Posed]:
        for lesson in lessons:
            if lesson.kind in self._kinds and lesson.key not in self._unclear.get(lesson.kind, ()):
                yield from self._asker.pose(lesson)


def _unclear(facts: Iterable[tuple[str, str]]) -> set[str]:
    """Keys with more than one value."""
    known: dict[str, str] = {}
    return {key for key, value in facts if known.setdefault(key, value) != value}


def _single(names: Iterable[str]) -> frozenset[str]:
    """Those that stand for one thing only."""
    return frozenset(name for name, times in Counter(names).items() if times == 1)
