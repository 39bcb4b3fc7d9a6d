"""On which line of a TOML file a key stands."""

from __future__ import annotations

import tomllib

import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from afs_core.toml_lines import key_lines

NAMES = st.text("abz_-019", min_size=1, max_size=6) | st.sampled_from(
    ["a.b", "key with space", 'quo"te', "é", "#"]
)
VALUES = st.one_of(
    st.integers(-9, 9),
    st.booleans(),
    st.text(max_size=20),
    st.lists(st.text("]}[{\"'#=\n\\", max_size=6), max_size=3),
    st.dictionaries(NAMES, st.integers(0, 9), min_size=1, max_size=2).map(dict),
)


@given(st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=4), max_size=4), st.data())
def test_every_key_stands_on_its_line(tables: dict[str, dict[str, object]], data: st.DataObject) -> None:
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for table, settings in tables.items():
        lines += data.draw(st.lists(st.sampled_from(["", "# [not.a.table]", "  # x = 1"]), max_size=2))
        expected[(table,)] = len(lines) + 1
        lines.append(f"[{quoted(table)}] # c = 3")
        for name, value in settings.items():
            expected[(table, name)] = len(lines) + 1
            lines += f"{quoted(name)} = {written(value, data)}".split("\n")
    text = "\n".join(lines)
    tomllib.loads(text)
    found = key_lines(text)
    assert {key: found[key] for key in expected} == expected


def test_dotted_keys_arrays_of_tables_and_long_text() -> None:
    text = "a.b.c = 1\n[[x.y]]\nk = '''\n[no]\nz = 1'''\n[[x.y]]\nk = 2\n"
    text += "['q.r'.\"s\"]\nt = [\n # ]\n 1 ]\nu = {v = 1}\n"
    lines = key_lines(text)
    assert lines[("a", "b", "c")] == 1
    assert lines[("x", "y")] == 2
    assert lines[("x", "y", "k")] == 3
    assert lines[("q.r", "s")] == 8
    assert lines[("q.r", "s", "t")] == 9
    assert lines[("q.r", "s", "u")] == 12
    assert not any("no" in key or "z" in key for key in lines)


def quoted(name: str) -> str:
    return tomlkit.item(name).as_string()


def written(value: object, data: st.DataObject) -> str:
    if isinstance(value, list):
        glue = data.draw(st.sampled_from([", ", ",\n  ", ", # ]\n"]))
        return f"[{glue.join(quoted(part) for part in value)}\n]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(name)} = {part}" for name, part in value.items()) + "}"
    if isinstance(value, str) and "'" not in value and data.draw(st.booleans()):
        printable = "".join(c for c in value if c.isprintable() or c == "\n")
        return f"'''\n{printable}'''"
    return tomlkit.item(value).as_string()
