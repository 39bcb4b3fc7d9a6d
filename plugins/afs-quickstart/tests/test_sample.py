"""The shipped ROM hack is what the quickstart promises: large enough, whole, legal, and written by hand."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from afs.asm import Routine, Source, SymbolTable, check

SAMPLE = Path(__file__).parents[1] / "src" / "afs" / "quickstart" / "sample"
SUBJECTS = ("Core", "Sprites", "Items", "Dungeons", "Menus", "Data")

CODE = frozenset(["instruction", "data", "directive", "macro-call"])
DATA = frozenset(["data", "macro-call"])
#: Instructions without a choice: a line of only these says nothing about copying.
TRIVIAL = re.compile(
    r"(rts|rtl|rti|clc|sec|cld|sed|cli|sei|clv|xba|xce|nop|wai|in[xy]|de[xy]|t[acdsxy]{2}|ph[abdkpxy]|pl[abdpxy]"
    r"|(asl|lsr|rol|ror|inc|dec)( a)?|(rep|sep) .*)"
)
ENTRY = re.compile(r"Entry: M=(8|16|any) X=(8|16|any)   In: (\S.*)")
RESULT = re.compile(r"Out: (\S.*)   Clobbers: (\S.*)")
CLOBBERED = re.compile(r"none|(A|X|Y|Work[0-3]|WorkPtr)(, (A|X|Y|Work[0-3]|WorkPtr))*")
FOREIGN = re.compile(
    r"\b(zelda|link(state)?\b|hyrule|ganon|agahnim|rupee|majora|kydrog|oracle|triforce|alttp|hylia|hookshot"
    r"|indoors|sahasrahla|maku|octorok|moblin|sprite_|dungeon_|overworld_|messaging_)",
    re.I,
)


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    files = sorted(SAMPLE.rglob("*.asm"))
    return [Source.parse(path.read_text("utf-8"), path.relative_to(SAMPLE).as_posix()) for path in files]


@pytest.fixture(scope="module")
def routines(sources: list[Source]) -> list[Routine]:
    return [routine for source in sources for routine in source.routines]


def lines(sources: list[Source]) -> list[tuple[str, str, str]]:
    """File, kind and normalised text of every code line; constants and addresses do not count."""
    return [
        (source.file, placed.statement.kind, normal(placed.statement.text, placed.statement.at))
        for source in sources
        for placed in source.statements
        if placed.statement.kind in CODE
    ]


def normal(text: str, at: int) -> str:
    words = text.split()
    while words and (words[0].endswith(":") or words[0].startswith(".")):
        words.pop(0)
    return " ".join(words).lower()


def summary(routine: Routine) -> str:
    return " ".join(routine.above.split("\n")[1:-2])


def test_it_has_three_thousand_lines_of_code_and_not_mostly_tables(sources: list[Source]) -> None:
    code = lines(sources)
    assert len(code) >= 3000
    assert sum(kind in DATA for _, kind, _ in code) <= 0.35 * len(code)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_has_code(sources: list[Source], subject: str) -> None:
    assert sum(file.startswith(subject + "/") for file, _, _ in lines(sources)) >= 100


def test_the_root_reads_every_file_once(sources: list[Source]) -> None:
    root = next(source for source in sources if source.file == "main.asm")
    assert sorted(include.path for include in root.includes) == sorted(
        source.file for source in sources if source is not root
    )


def test_at_least_150_addresses_are_named_and_commented(sources: list[Source]) -> None:
    symbols = [symbol for source in sources for symbol in source.symbols]
    assert len(symbols) >= 150
    assert all(len(symbol.comment.split()) >= 4 for symbol in symbols)
    for values in ([s.name for s in symbols], [s.value for s in symbols], [s.comment for s in symbols]):
        assert [value for value, times in Counter(values).items() if times > 1] == []


def test_addresses_lie_in_work_ram_or_battery_ram(sources: list[Source]) -> None:
    values = [symbol.value or 0 for source in sources for symbol in source.symbols]
    assert [hex(v) for v in values if not (0x7E0000 <= v < 0x800000 or 0x700000 <= v < 0x702000)] == []


def test_at_least_120_routines_each_say_their_contract(routines: list[Routine]) -> None:
    assert len(routines) >= 120
    wrong = [routine.name for routine in routines if not has_contract(routine)]
    assert wrong == []


def has_contract(routine: Routine) -> bool:
    above = routine.above.split("\n")
    result = RESULT.fullmatch(above[-1])
    return (
        len(above) >= 4
        and above[0] == routine.name
        and ENTRY.fullmatch(above[-2]) is not None
        and result is not None
        and CLOBBERED.fullmatch(result[2]) is not None
    )


def test_contracts_name_only_symbols_that_exist(sources: list[Source], routines: list[Routine]) -> None:
    known = SymbolTable(sources).definitions
    named = {
        (routine.name, word)
        for routine in routines
        for word in re.findall(r"\b[A-Z][a-z]+[A-Z]\w*|\b[A-Z][a-z]+_\w+", routine.above)
    }
    assert [pair for pair in sorted(named) if pair[1] not in known] == []


def test_no_comment_fits_another_routine(routines: list[Routine]) -> None:
    assert all(len(summary(routine).split()) >= 5 for routine in routines)
    words = {routine.name: frozenset(re.findall(r"[a-z]+", summary(routine).lower())) for routine in routines}
    close = [
        (one, other)
        for one, other in combinations(words, 2)
        if len(words[one] & words[other]) > 0.6 * len(words[one] | words[other])
    ]
    assert close == []


def test_no_two_routines_are_alike(routines: list[Routine]) -> None:
    bodies = Counter(
        tuple(re.sub(r"\.\w+", ".", placed.statement.text) for placed in routine.body) for routine in routines
    )
    assert bodies.most_common(1)[0][1] == 1


def test_at_most_a_tenth_of_the_lines_repeat(sources: list[Source]) -> None:
    """A line repeats if it says something and stands in a run of three that stands elsewhere, too."""
    code = lines(sources)
    runs: dict[tuple[str, ...], list[int]] = {}
    for index in range(len(code) - 2):
        if code[index][0] == code[index + 2][0]:
            runs.setdefault(tuple(text for _, _, text in code[index : index + 3]), []).append(index)
    starts = [index for places in runs.values() if len(places) > 1 for index in places]
    repeated = {index + offset for index in starts for offset in range(3)}
    telling = [index for index in repeated if not TRIVIAL.fullmatch(code[index][2])]
    assert len(telling) <= 0.1 * len(code)


def test_every_line_is_legal(sources: list[Source]) -> None:
    assert [
        (source.file, finding)
        for source in sources
        for finding in check(source.text).findings
        if finding.severity == "error"
    ] == []


def test_every_name_is_defined_once_and_found(sources: list[Source]) -> None:
    table = SymbolTable(sources)
    assert table.unresolved() == ()
    assert [name for name, found in table.definitions.items() if len(found) > 1] == []
    used = {
        name
        for source in sources
        for data in source.tables
        for value in data.values
        for name in re.findall(r"!?\b[A-Z]\w+", re.sub(r'"[^"]*"|\$[0-9A-F]+', "", value))
    }
    assert [name for name in sorted(used) if name not in table.definitions] == []


def test_it_is_a_world_of_its_own() -> None:
    texts = {path: path.read_text("utf-8") for path in SAMPLE.rglob("*.*")}
    assert [(path.name, found[0]) for path, text in texts.items() for found in FOREIGN.finditer(text)] == []


def test_fifteen_documents_with_full_sections() -> None:
    documents = sorted((SAMPLE / "Docs").glob("*.md"))
    assert len(documents) >= 15
    stems = {path.stem for path in documents}
    assert {"MemoryMap", "QuestFlow", "Architecture", "Glossary", "Style"} <= stems
    for path in documents:
        sections = re.split(r"^## ", path.read_text("utf-8"), flags=re.M)[1:]
        assert len(sections) >= 3, path.name
        assert all(80 <= len(section.split()) <= 250 for section in sections), path.name


def test_documents_name_only_what_exists(sources: list[Source]) -> None:
    grammar = {"In", "Out", "Entry", "Clobbers", "Subject_Verb", "Subject_Noun"}
    known = grammar | set(SymbolTable(sources).definitions)
    files = {source.file for source in sources}
    for path in sorted((SAMPLE / "Docs").glob("*.md")):
        quoted = re.findall(r"`([^`\n]+)`", path.read_text("utf-8"))
        names = [name for name in quoted if re.fullmatch(r"[A-Z][A-Za-z0-9]+(_\w+)*", name)]
        assert [name for name in names if not name.isupper() and name not in known] == [], path.name
        assert [name for name in quoted if name.endswith(".asm") and name not in files] == [], path.name
