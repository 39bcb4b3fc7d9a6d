"""The user's asar: found, held within limits, and asked by the fair rule. Verdicts need a real asar; the
programs below stand in for its behaviour as a process alone."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from afs.asm.asar.engine import AsarEngine, OwnEngine, open_engine
from afs.asm.asar.messages import Message, messages
from afs.asm.asar.program import AsarProgram, find_asar
from afs.asm.asar.rule import StandIns
from afs_core import Missing
from afs_core.worker import WorkerError

BODY = """#!{python}
import pathlib, sys
if "--version" in sys.argv:
    print("Asar 1.91, originally developed by Alcaro, maintained by Asar devs.")
    sys.exit(0)
text = pathlib.Path(sys.argv[2]).read_text()
if "lorom" == text.strip():
    sys.exit(0)
{rest}
"""


def program(tmp_path: Path, rest: str) -> AsarProgram:
    path = tmp_path / "asar"
    path.write_text(BODY.format(python=sys.executable, rest=rest))
    path.chmod(0o755)
    return AsarProgram(str(path), library=False)


def test_it_is_found_by_variable_and_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = program(tmp_path, "")
    monkeypatch.setenv("AFS_ASAR", made.path)
    assert find_asar() == made
    monkeypatch.setenv("AFS_ASAR", str(tmp_path / "none"))
    with pytest.raises(Missing, match="AFS_ASAR"):
        find_asar()
    monkeypatch.delenv("AFS_ASAR")
    for name in ("asar", "asar.exe", "asar-cli"):
        folder = tmp_path / f"only-{name}"
        folder.mkdir()
        (folder / name).symlink_to(made.path)
        monkeypatch.setenv("PATH", str(folder))
        assert find_asar() == AsarProgram(str(folder / name), library=False)


def test_without_asar_our_own_check_serves_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afs.asm.asar.engine.find_asar", lambda: None)
    with open_engine() as engine:
        assert isinstance(engine, OwnEngine) and engine.name == "afs"
        assert engine.check("lda [$1],x").engine == "afs"


def test_a_program_that_is_no_asar_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "asar"
    other.write_text("#!/bin/sh\necho 'asar: archives for Electron'\n")
    other.chmod(0o755)
    with pytest.raises(WorkerError, match="does not say that it is asar"):
        open_engine(AsarProgram(str(other), library=False))


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        ("while True: pass", "within 1 seconds"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "signal 11"),
        ("while True: print('x' * 100000)", "ended"),
        ("open('rom.sfc', 'wb').write(bytes(1 << 28))", "ended"),
    ],
)
def test_what_does_not_end_well_is_a_finding(tmp_path: Path, rest: str, why: str) -> None:
    start = time.monotonic()
    with AsarEngine(program(tmp_path, rest), seconds=1) as engine:
        assert engine.name == "asar 1.91"
        result = engine.check("lda #$12")
    assert time.monotonic() - start < 60
    assert not result.assembles and result.syntax_ok
    assert result.findings[0].code == "limit" and why in result.findings[0].reason


def test_memory_has_a_limit(tmp_path: Path) -> None:
    rest = "x = [bytearray(1 << 24) for _ in range(1000)]"
    with AsarEngine(program(tmp_path, rest), seconds=20, memory=1 << 29) as engine:
        assert not engine.check("lda #$12").assembles


def test_it_reads_no_file_but_those_it_is_given(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("key")
    rest = f"""
for path in ({str(secret)!r}, "/etc/passwd"):
    try:
        print("afs-main.asm:1: error: (Eread): " + pathlib.Path(path).read_text()[:20].replace("\\n", " "))
    except OSError as fault:
        print(f"afs-main.asm:1: error: (Edenied): {{fault.strerror}}")
sys.exit(1)
"""
    with AsarEngine(program(tmp_path, rest), seconds=10) as engine:
        result = engine.check("lda #$12")
        if not engine.fenced:
            pytest.skip("this kernel has no Landlock; texts that read files are then not given to asar")
    assert {finding.code for finding in result.findings} == {"Edenied"}


def test_where_nothing_fences_files_such_texts_are_judged_by_our_own_check(tmp_path: Path) -> None:
    with AsarEngine(program(tmp_path, "sys.exit(0)"), seconds=10) as engine:
        engine.fenced = False
        assert engine.check('incbin "/etc/passwd"').engine == "afs"
        assert engine.check("!a bin").engine == "afs"
        assert engine.check("lda #$12").engine == "asar 1.91"


def test_messages_are_read_from_what_it_prints() -> None:
    said = (
        "/tmp/x/afs-main.asm:4: error: (Eunknown_command): Unknown command. [lda [$12],x]\n"
        "afs-main.asm:9 (called from afs-main.asm:12): error: (Elabel_not_found): "
        "Label 'A_b' wasn't found. [bra A_b]\n"
        "afs-main.asm:2: warning: (Wrelative_path_used): Relative path.\n"
        "Errors were detected while assembling the patch.\n"
    )
    first, second, third = messages(said)
    assert first == Message(True, "Eunknown_command", "Unknown command.", 4, "lda [$12],x")
    assert (second.line, second.kind, second.block) == (9, "symbol", "bra A_b")
    assert (third.error, third.name) == (False, "Wrelative_path_used")


def test_stand_ins() -> None:
    found = StandIns()
    code = "lda !a : jsl Far : %draw(1) : db size(1,2) : incbin x.bin : bra +"
    for name, text in {
        "Edefine_not_found": "Define 'a' wasn't found.",
        "Elabel_not_found": "Label 'Far' wasn't found.",
        "Emacro_not_found": "Macro 'draw' wasn't found.",
        "Efunction_not_found": "Function 'size(1,2)' wasn't found.",
        "Efile_not_found": "File 'x.bin' wasn't found.",
    }.items():
        assert found.learn(Message(True, name, text), code)
        assert not found.learn(Message(True, name, text), code)
    assert found.learn(Message(True, "Elabel_not_found", "Label ':pos_1_0' wasn't found."), code)
    assert not found.learn(Message(True, "Efile_not_found", "File '/etc/passwd' wasn't found."), code)
    files = found.files(code, "$10")
    assert list(found.names) == ["!a", "Far", "%draw", "size()", "x.bin", "+"]
    lines = files["afs-main.asm"].split("\n")
    assert lines[found.height] == code and lines[found.height + 1] == "+" and files["x.bin"] == ""
    assert "!a = $10" in lines and "function size(v0,v1) = 16" in lines


needs_asar = pytest.mark.skipif(find_asar() is None, reason="no asar on this machine (AFS_ASAR names one)")

LINES = Path(__file__).with_name("dialect.txt").read_text("utf-8").splitlines()
CASES = [line.replace("\\n", "\n").split("|", 1) for line in LINES if line[0] in "+-"]


@pytest.fixture(scope="module")
def asar() -> Iterator[OwnEngine]:
    with open_engine() as engine:
        yield engine


@needs_asar
@pytest.mark.parametrize(("sign", "code"), CASES)
def test_asar_is_of_the_same_mind(asar: OwnEngine, sign: str, code: str) -> None:
    result = asar.check(code)
    assert result.syntax_ok is (sign == "+"), result.findings


@needs_asar
@pytest.mark.parametrize(
    "code",
    [
        "fill $7FFFFFFF",
        "nop #$7FFFFFFF",
        "!a = !b\n!b = !a\nlda !a",
        'incbin "/etc/passwd"',
        "lda " + "(" * 9999,
    ],
)
def test_asar_ends_on_hostile_text(asar: OwnEngine, code: str) -> None:
    start = time.monotonic()
    assert not asar.check(code).assembles
    assert time.monotonic() - start < 60, shlex.quote(code[:40])
