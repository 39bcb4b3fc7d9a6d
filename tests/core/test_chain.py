"""Chains over files: ranges, row-wise links in other processes, keyed links, lines between looks."""

from __future__ import annotations

import io
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs_core import ranges
from afs_core.columns import Columns
from afs_core.config import Config
from afs_core.crewmate import Mate
from afs_core.errors import DataError, PluginError
from afs_core.jsonl import Writer, read_samples, samples_of, write_samples
from afs_core.manifest import prefix_digest, read_manifest
from afs_core.packed import Packed, pack
from afs_core.ranges import lines_in, ranges_of
from afs_core.registry import Registry
from afs_core.run import Run
from afs_core.sample import Message, Provenance, TrainingSample
from afs_core.stage import Outcome, Stage, execute
from afs_core.target import Target
from afs_core.verdict import Assign

PLUGIN = '''
import os, signal
from collections import Counter
from pathlib import Path
import msgspec
from afs_core import Capability, Score, hookimpl
from afs_core.verdict import Assign, Drop, apply_keyed

class Louder:
    """Changes some, drops some, counts and warns."""
    rowwise = True
    def __init__(self, config, run):
        self.run, self.noted = run, Counter()
    def apply(self, samples):
        self.run.warn("louder: as asked")
        for sample in samples:
            number = int(sample.output)
            if number % 7 == 3:
                self.run.drop(sample, "hoarse")
            elif number % 2:
                self.noted["raised"] += 1
                yield sample.changed("louder", instruction=sample.instruction.upper())
            else:
                yield sample

class Odd:
    """Raises at one row; in another process it does as its setting says first."""
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        at: int = -1
        parent: int = 0
        does: str = ""
        path: Path | None = None
    rowwise = True
    def __init__(self, config, run):
        self.config = config
    def apply(self, samples):
        if self.config.does == "die" and os.getpid() != self.config.parent:
            os.kill(os.getpid(), signal.SIGKILL)
        for sample in samples:
            if int(sample.output) == self.config.at:
                if self.config.does == "raise":
                    raise ValueError(f"no {sample.output}")
                if self.config.does == "exit":
                    raise SystemExit(3)
                if self.config.does == "grow":
                    with open(self.config.path, "ab") as out: out.write(b'{"instruction": "late"')
                if self.config.does == "rewrite":
                    with open(self.config.path, "r+b") as out: out.write(b'{"instruction": "X"')
            yield sample

class Salted:
    """Marks rows with the salt, taken when it is made or with the first row."""
    class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        late: bool = False
    rowwise = True
    def __init__(self, config, run): self.run, self.salt = run, None if config.late else run.salt
    def apply(self, samples):
        salt = (self.salt or self.run.salt).hex()
        for sample in samples: yield sample.changed("salted", input=salt)

class Sevens:
    """Keeps the last of those with the same number modulo 70."""
    rereads = True
    columns = "Qs"
    def __init__(self, config, run): self.run = run
    def key(self, sample): return int(sample.output) % 70, sample.output
    def decide(self, keys):
        rows = list(keys)
        last = {key: text for key, text in rows}
        for key, text in rows:
            yield None if last[key] == text else Drop("seen later", {"later": last[key]})
    def apply(self, samples): return apply_keyed(self, samples, self.run)

class Once(Sevens):
    """Keeps the first."""
    rereads = False
    def decide(self, keys):
        seen = set()
        for key, _ in keys:
            yield Drop("seen") if key in seen else None
            seen.add(key)

class Deal:
    rereads = assigns = True
    columns = "Q"
    def __init__(self, config, run): self.run = run
    def key(self, sample): return (int(sample.output),)
    def decide(self, keys):
        for (key,) in list(keys): yield Assign(("train", "val", "test")[key % 3])
    def apply(self, samples): return apply_keyed(self, samples, self.run)

class Plain:
    def __init__(self, config, run): pass
    def apply(self, samples):
        for number, sample in enumerate(samples):
            yield msgspec.structs.replace(sample, domain=f"row {number}")

class Short(Deal):
    """Forgets a verdict."""
    def decide(self, keys):
        for _ in list(keys)[1:]: yield Assign("train")

class Length:
    fingerprint = "1"
    def __init__(self, config, run): pass
    def score_batch(self, samples): return [Score(len(sample.output) / 10) for sample in samples]

@hookimpl
def afs_transforms():
    names = ("louder", "odd", "salted", "sevens", "once", "deal", "plain", "short")
    return [Capability(name=name, target=f"chain_plugin:{name.title()}") for name in names]
@hookimpl
def afs_scorers(): return [Capability(name="length", target="chain_plugin:Length")]
'''
T = "transforms/"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "chain_plugin.py").write_text(PLUGIN)
    user = tmp_path / "config.toml"
    user.write_text(f"[general]\nplugin_dirs = [{str(plugins)!r}]\n")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "chain_plugin", raising=False)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(ranges, "RANGE", 4096)
    do = Mate.do
    # Ranges are small here: without a pause this process would have done them all before another is there.
    monkeypatch.setattr(Mate, "do", lambda mate, span: (time.sleep(0.2), do(mate, span))[1])
    config = Config.load(tmp_path, user)
    with Run.open(config=config, registry=Registry.load(config)) as run:
        yield run


def rows(count: int) -> list[TrainingSample]:
    return [
        TrainingSample(
            f"say {number}", str(number), prov=Provenance("numbers", number) if number % 5 else None
        )
        for number in range(count)
    ]


def made(run: Run, uses: tuple[str, ...], output: str, **fields: object) -> Outcome:
    stage = Stage(
        name="s",
        uses=uses,
        output=Path(output),
        inputs=(Path("in.jsonl"),),
        rejected=Path(f"{output}.no"),
        **fields,
    )  # type: ignore[arg-type]
    return execute(stage, run)


def contents(output: str) -> dict[str, bytes]:
    path = Path(output)
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rejected = Path(f"{output}.no")
    found = {file.name if path.is_dir() else "": file.read_bytes() for file in files}
    return found | ({"no": rejected.read_bytes()} if rejected.exists() else {})


def written() -> list[Path]:
    """Every file that is, or was to become, an output."""
    found = [*Path().glob("o*"), *Path().glob(".o*"), *Path().glob("o/*"), *Path().glob("o/.*")]
    return [path for path in found if path.is_file()]


CHAINS = [
    ("louder",),
    ("louder", "sevens", "deal"),
    ("louder", "once", "deal"),
    ("sevens",),
    ("once",),
    ("louder", "plain", "sevens"),
    ("louder", "once", "plain", "louder", "deal"),
    ("deal", "once", "louder"),
    ("plain", "deal"),
    ("louder", "once", "sevens", "deal"),
]


@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_any_number_of_processes_writes_the_same(run: Run, chain: tuple[str, ...]) -> None:
    write_samples(Path("in.jsonl"), rows(400))
    lines = Path("in.jsonl").read_bytes().splitlines(keepends=True)
    lines[100:100] = [b"\n", b"{torn\n"]
    lines[300] = b"\xff\n"
    Path("in.jsonl").write_bytes(b"\xef\xbb\xbf" + b"".join(lines).rstrip(b"\n"))
    uses = ("scorers/length", *(T + name for name in chain))
    suffix = "" if "deal" in chain else ".jsonl"
    alone = made(run, uses, f"one{suffix}", on_error="skip")
    before = run.warnings.copy()
    three = made(run, uses, f"three{suffix}", on_error="skip", workers=3)
    assert contents(f"one{suffix}") == contents(f"three{suffix}")
    assert alone.counts == three.counts
    assert run.warnings[len(before) :] == before
    assert b'"line":102,' in contents(f"one{suffix}")["no"]
    assert not list(Path().glob(".*"))

    samples: object = [s for s in read_samples(Path("in.jsonl"), on_fault=lambda fault: None)]
    for use in uses:
        link = run.use(*use.split("/"))
        if use.startswith("scorers"):
            samples = [
                msgspec.structs.replace(s, quality_score=v.value, _metadata={"scores": {"length": v.value}})
                for s, v in zip(samples, link.score_batch(samples), strict=True)  # type: ignore[call-overload]
            ]
        else:
            samples = list(link.apply(samples))
    by_split: dict[str, list[bytes]] = {}
    for sample in samples:  # type: ignore[attr-defined]
        split = (
            f"{sample.prov.split if sample.prov and sample.prov.split else 'train'}.jsonl"
            if not suffix
            else ""
        )
        by_split.setdefault(split, []).append(sample.to_bytes() + b"\n")
    found = contents(f"one{suffix}")
    assert {name: b"".join(parts) for name, parts in by_split.items()} == {
        name: data for name, data in found.items() if name != "no" and data
    }


@pytest.mark.parametrize("late", [False, True])
def test_the_salt_is_the_key_in_every_process(run: Run, late: bool) -> None:
    write_samples(Path("in.jsonl"), rows(300))
    for workers in (1, 2):
        output = f"o{workers}.jsonl"
        made(run, (T + "salted",), output, workers=workers, config={T + "salted": {"late": late}})
        manifest = read_manifest(Path(output))
        assert manifest is not None
        assert {sample.input for sample in read_samples(Path(output))} == {manifest.key}


def test_dropped_by_verdict_says_what_the_verdict_says(run: Run) -> None:
    write_samples(Path("in.jsonl"), rows(100))
    outcome = made(run, (T + "sevens",), "o.jsonl")
    rejects = [json.loads(line) for line in Path("o.jsonl.no").read_text().splitlines()]
    assert [row["sample"]["_metadata"]["later"] for row in rejects] == [str(n + 70) for n in range(30)]
    assert outcome.counts[-1].dropped == {"seen later": 30}


def test_the_same_key_whatever_the_number_of_processes(run: Run) -> None:
    write_samples(Path("in.jsonl"), rows(50))
    made(run, (T + "louder",), "o.jsonl")
    assert made(run, (T + "louder",), "o.jsonl", workers=4).skipped


@pytest.mark.parametrize("workers", [1, 2])
def test_a_faulty_line_is_named_by_file_and_line(run: Run, workers: int) -> None:
    write_samples(Path("in.jsonl"), rows(300))
    with Path("in.jsonl").open("ab") as out:
        out.write(b"\n{broken\n")
    with pytest.raises(DataError, match=r"in\.jsonl:302: not JSON"):
        made(run, (T + "louder", T + "deal"), "o", workers=workers)
    assert not written()


@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_link_raises_comes_out_as_it_is(run: Run, workers: int) -> None:
    write_samples(Path("in.jsonl"), rows(300))
    for does, error, said in (
        ("raise", ValueError, "no 250"),
        ("exit", PluginError, "asked the process to end"),
    ):
        config = {T + "odd": {"at": 250, "does": does}}
        with pytest.raises(error, match=said):
            made(run, (T + "odd",), "o.jsonl", workers=workers, config=config)
    assert not written()


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("then", [(), ("deal",)])
def test_a_killed_process_is_told_and_nothing_is_written(run: Run, then: tuple[str, ...]) -> None:
    write_samples(Path("in.jsonl"), rows(300))
    config = {T + "odd": {"does": "die", "parent": os.getpid()}}
    with pytest.raises(PluginError, match="SIGKILL"):
        made(run, (T + "odd", *(T + name for name in then)), "o.jsonl", workers=2, config=config)
    assert not written()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_grows_is_read_up_to_where_it_ended(run: Run, workers: int) -> None:
    path = Path("in.jsonl").absolute()
    write_samples(path, rows(300))
    size = path.stat().st_size
    config = {T + "odd": {"at": 20, "does": "grow", "path": path}}
    made(run, (T + "odd",), "o.jsonl", workers=workers, config=config)
    assert len(list(read_samples(Path("o.jsonl")))) == 300
    assert any("grew by" in message for message in run.warnings)
    manifest = read_manifest(Path("o.jsonl"))
    assert manifest is not None
    (source, _) = manifest.inputs
    assert (source.size, source.sha256) == (size, prefix_digest(path, size))


def test_a_file_that_changes_under_the_reader_stops_the_stage(run: Run) -> None:
    path = Path("in.jsonl").absolute()
    write_samples(path, rows(300))
    config = {T + "odd": {"at": 20, "does": "rewrite", "path": path}}
    with pytest.raises(DataError, match=r"in\.jsonl: changed while it was read"):
        made(run, (T + "odd",), "o.jsonl", config=config)
    assert not Path("o.jsonl").exists()


def test_too_few_verdicts_are_told(run: Run) -> None:
    write_samples(Path("in.jsonl"), rows(10))
    with pytest.raises(PluginError, match="a verdict for every key"):
        made(run, (T + "short",), "o")
    assert not list(Path("o").glob("*"))


texts = st.text(max_size=6)
provs = st.none() | st.builds(
    Provenance,
    source=texts,
    start=st.integers(0, 3),
    parents=st.lists(texts, max_size=2).map(tuple),
    split=st.sampled_from(["", "", "val", "train"]),
    extra=st.dictionaries(st.sampled_from(["a", "b"]), texts, max_size=1),
)
samples = st.builds(
    TrainingSample,
    instruction=texts,
    output=texts,
    quality_score=st.none() | st.floats(0, 1),
    _metadata=st.dictionaries(texts, st.dictionaries(texts, st.integers(), max_size=1), max_size=2),
    messages=st.none() | st.just((Message("user", "a", extra={"k": 1}), Message("assistant", "b"))),
    prov=provs,
    extra=st.dictionaries(st.sampled_from(["x", "y"]), st.integers(), max_size=1),
)


@settings(deadline=None)
@given(st.lists(samples, max_size=5), st.sampled_from(["train", "val", 'a"b']), st.booleans())
def test_a_split_set_in_a_line_is_what_encoding_gives(
    rows: list[TrainingSample], split: str, read: bool
) -> None:
    if read:  # as a stage has them: with the line they were read from
        lines = b"".join(b" " + row.to_bytes() + b"\n" for row in rows)
        rows = list(samples_of(io.BytesIO(lines), Path("x")))
    packed = pack([rows], seams=True)
    out = io.BytesIO()
    writer = Writer(out)
    Target([writer]).write_lines(packed, [Assign(split)] * len(rows), lambda *dropped: None)
    writer.flush()
    expected = io.BytesIO()
    straight = Writer(expected)
    for row in rows:
        straight.write(Assign(split).to(row))
    straight.flush()
    assert out.getvalue() == expected.getvalue()
    assert (writer.count, writer.size) == (len(rows), len(out.getvalue()))


@settings(deadline=None)
@given(st.binary(max_size=60).map(lambda data: data.replace(b"\x00", b"\n")), st.integers(1, 20))
def test_ranges_hold_each_line_once(data: bytes, step: int) -> None:
    before = ranges.RANGE
    ranges.RANGE = step
    try:
        spans = list(ranges_of(Path("x"), len(data)))
    finally:
        ranges.RANGE = before
    lines = [line for span in spans for line in lines_in(span, io.BytesIO(data + b"more\nthat came later"))]
    assert lines == io.BytesIO(data).readlines()


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.floats(allow_nan=False), texts)))
def test_columns_give_back_what_they_were_given(rows: list[tuple[int, float, str]]) -> None:
    one, two = Columns("Qds"), Columns("Qds")
    one.extend(rows)
    for row in rows:
        two.append(row)
    assert list(one) == list(two) == rows
    assert len(one) == len(rows)


def test_packs_know_their_rows() -> None:
    packed = pack([rows(3)])
    assert isinstance(packed, Packed)
    assert [TrainingSample.from_json(line) for line in packed.rows()] == rows(3)
