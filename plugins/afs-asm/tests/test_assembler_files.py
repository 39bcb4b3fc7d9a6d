"""Whole files: includes within a root, ROM images, free space, the sample hack, hostile texts."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afs.asm import AssembleLimits, Assembly, assemble, assemble_file, check


def write(folder: Path, **texts: str | bytes) -> Path:
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_asm", ".asm").replace("_bin", ".bin")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder / "main.asm"


def codes(result: Assembly) -> list[str]:
    return [finding.code for finding in result.errors]


def test_files_are_found_from_the_file_that_asks(tmp_path: Path) -> None:
    main = write(
        tmp_path,
        main_asm='lorom\norg $008000\nincsrc "sub/one.asm"\nincsrc sub/one.asm\nincbin "sub/data.bin":1..3\n',
        sub__one_asm='includeonce\ndb filesize("data.bin"),readfile1("data.bin",2)\nincsrc two.asm\n',
        sub__two_asm="db 7\n",
        sub__data_bin=b"\1\2\3\4",
    )
    result = assemble_file(main)
    assert result.ok, result.findings
    assert result.rom[:5].hex() == "0403070203"
    assert assemble_file(str(main), root=str(tmp_path)).rom == result.rom
    assert [(place.file, place.line) for place in result.lines] == [
        ("sub/one.asm", 2), ("sub/two.asm", 1), ("main.asm", 5),
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["../secret.asm", "/etc/passwd", "link.asm", "missing.asm", "sub", ""])
def test_no_path_leaves_the_root(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    write(tmp_path, secret_asm="db 1\n")
    main = write(root, main_asm=f'org $8000\nincsrc "{path}"\nincbin "{path}"\ndb canreadfile1("{path}",0)\n')
    (root / "sub").mkdir()
    (root / "link.asm").symlink_to(tmp_path / "secret.asm")
    result = assemble_file(main)
    assert codes(result) == ["file", "file"]
    assert str(tmp_path) not in str(result.findings)
    assert codes(assemble('incsrc "main.asm"')) == ["file"]


def test_the_checksum_covers_the_rom(tmp_path: Path) -> None:
    main = write(tmp_path, main_asm='lorom\norg $00FFC0\ndb "TITLE"\norg $01FFFF\ndb 1\n')
    rom = assemble_file(main).rom
    assert len(rom) == 0x10000
    complement, checksum = (int.from_bytes(rom[at : at + 2], "little") for at in (0x7FDC, 0x7FDE))
    assert complement ^ checksum == 0xFFFF and checksum == sum(rom) & 0xFFFF


def test_a_rom_is_patched_where_the_text_says(tmp_path: Path) -> None:
    main = write(tmp_path, main_asm="hirom\norg $C00010\ndb read1($C00000),$22\n")
    result = assemble_file(main, rom=bytes([9]) * 0x100)
    assert result.rom[0x0F:0x13].hex() == "09092209" and result.mapper == "hirom"
    assert codes(assemble_file(write(tmp_path, main_asm="lorom\norg $7E0000\ndb 1\n"))) == ["outside-rom"]


FREE = """lorom
org $008000
autoclean jsl Routine
rtl
freecode
Routine:
  lda Table,x
  rtl
freedata align
Table:
  fill 300
"""


def test_free_space_is_found_tagged_and_given_back(tmp_path: Path) -> None:
    main = write(tmp_path, main_asm=FREE)
    first = assemble_file(main, rom=bytes(0x100000))
    assert first.ok, first.findings
    assert first.rom[0x80000:0x80008] == b"STAR" + bytes([4, 0, 0xFB, 0xFF])
    assert first.labels["Routine"] == 0x908008 and first.rom[:4].hex() == "22088090"
    assert first.rom[0x80008:0x8000D].hex() == "bf0080916b"
    assert first.labels["Table"] & 0x7FFF == 0
    again = assemble_file(main, rom=first.rom)
    assert again.ok and again.labels["Routine"] == first.labels["Routine"]
    larger = assemble_file(write(tmp_path, main_asm=FREE.replace("lda Table,x", "fill 200")), rom=first.rom)
    assert larger.rom[0x80000:0x80008] == b"STAR" + bytes([200, 0, 55, 255]) and larger.rom[0x7FD7] == 0
    grown = assemble_file(write(tmp_path, main_asm=FREE.replace("300", "32767")), rom=bytes([1] * 0x80000))
    assert len(grown.rom) == 0x100000 and grown.rom[0x7FD7] == 0x0A
    write(tmp_path, main_asm=FREE)
    assert codes(assemble_file(main)) == ["no-freespace"]
    assert codes(assemble_file(main, rom=bytes([1]) * 0x200000)) == ["no-freespace"]


def test_a_free_space_protects_others(tmp_path: Path) -> None:
    text = "org $008000\nautoclean jsl Root\nfreecode\nprot One\nprot Two\nRoot:\n rtl\n"
    text += "freedata\nOne:\n db 1\nfreedata\nTwo:\n db 2"
    main = write(tmp_path, main_asm=text)
    first = assemble_file(main, rom=bytes(0x100000))
    assert first.ok and not first.findings
    start = 0x80000 + 8
    assert first.rom[start : start + 5] == b"PROT\x03" and first.rom[start + 8 : start + 13] == b"PROT\x03"
    assert first.rom[start + 16 : start + 22] == b"STOP\0\x6b"
    again = assemble_file(main, rom=first.rom)
    assert again.rom == first.rom  # all three were given back


def test_spaces_that_protect_each_other_are_given_back_once(tmp_path: Path) -> None:
    block = b"STAR\x0f\0\xf0\xffPROT\x03%sSTOP\0\xea\xea\xea"
    rom = bytearray(0x100000)
    rom[0x80000:0x80018] = block % b"\x20\x80\x10"
    rom[0x80018:0x80030] = block % b"\x08\x80\x10"
    rom[:4] = b"\x22\x08\x80\x10"
    text = "org $008000\nautoclean jsl Root\nfreecode\nRoot:\n rtl"
    result = assemble_file(write(tmp_path, main_asm=text), rom=bytes(rom))
    assert result.ok and not any(result.rom[0x80009:0x80030])


@pytest.mark.parametrize(
    ("layout", "kind", "offset"),
    [
        ("sfxrom", "code", 0x80008),
        ("hirom", "data", 8),
        ("exhirom", "data", 8),
        ("fullsa1rom", "code", 0x80008),
    ],
)
def test_other_layouts_have_room_too(tmp_path: Path, layout: str, kind: str, offset: int) -> None:
    main = write(tmp_path, main_asm=f"{layout}\nfree{kind} cleaned\nnop #4")
    result = assemble_file(main, rom=bytes(0x100000))
    assert result.ok, result.findings
    assert result.rom[offset - 8 : offset + 4] == b"STAR\x03\0\xfc\xff" + b"\xea" * 4
    refused = write(tmp_path, main_asm="hirom\nfreecode cleaned\nnop")
    assert codes(assemble_file(refused, rom=bytes(0x100000))) == ["no-freespace"]


def test_bytes_stay_where_the_layout_of_their_time_put_them(tmp_path: Path) -> None:
    text = "lorom\norg $008004\ndb $40\nhirom\norg $C00005\ndb $41\nnorom\norg 6\ndb $42"
    assert assemble_file(write(tmp_path, main_asm=text)).rom.hex() == "00000000404142"


def test_a_file_that_is_to_be_included_does_not_stand_alone(tmp_path: Path) -> None:
    main = write(tmp_path, main_asm='org $008000\nincsrc "part.asm"', part_asm="include\nnop")
    assert assemble_file(main).rom[:1] == b"\xea"
    assert not assemble_file(tmp_path / "part.asm").ok


HOSTILE = {
    "a huge fill": "fill $7FFFFFFF",
    "a huge repeat": "nop #$FFFFFF0",
    "repeats of repeats": "rep $7FFFFFFF : nop",
    "an endless loop": "while 1\nendwhile",
    "an endless loop that writes": "while 1\nnop\nendwhile",
    "a long loop": "for i = 0..$7FFFFFFF\nendfor",
    "loops in loops": "\n".join(f"for {n} = 0..9999" for n in "abcd") + "\nnop" + "\nendfor" * 4,
    "a macro in itself": "macro m()\n%m()\n%m()\nendmacro\n%m()",
    "macros that double": "".join(f"macro m{n}()\n%m{n + 1}()\n%m{n + 1}()\nendmacro\n" for n in range(60))
    + "macro m60()\nnop\nendmacro\n%m0()",
    "a define in itself": "!a = !a\ndb !a",
    "defines that double": "!a0 = xxxxxxxx\n" + "".join(f"!a{n + 1} := !a{n}!a{n}\n" for n in range(60)),
    "a function in itself": "function f(n) = f(n)+f(n)\ndb f(1)",
    "functions that double": "function f0(n) = n\n"
    + "".join(f"function f{n + 1}(n) = f{n}(n)+f{n}(n)\n" for n in range(60))
    + "db f60(1)",
    "a file in itself": 'incsrc "main.asm"',
    "deep parentheses": "db " + "(" * 5000 + "1" + ")" * 5000,
    "many prefixes": "db " + "-" * 60000 + "1",
    "a great power": "db 9**9**9**9,2**-1,0**-1,(-8)**(1/3),1<<$FFFFFF,1.5.5",
    "a great number": "db " + "9" * 50000 + ",$" + "F" * 50000,
    "a device": 'incbin "/dev/zero"',
    "skips": "skip $7FFFFFFF\nskip -$7FFFFFFF\npad $7FFFFF",
    "unclosed things": 'macro m(\nif\nwhile\nstruct\n!{\ndb "\n<',
    "other bytes": "\0\1\2 db \ud800 \uffff : é: lda é",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_end_in_findings(tmp_path: Path, name: str) -> None:
    main = write(tmp_path, main_asm=HOSTILE[name].encode("utf-8", "surrogatepass"))
    limits = AssembleLimits(loops=2000)
    start = time.process_time()
    result = assemble_file(main, limits=limits)
    assert (not result.ok and result.errors[0].line >= 1) or name in (
        "a great number",
        "a great power",
        "many prefixes",
    )
    assert time.process_time() - start < 30
    assert assemble_file(main, limits=limits) == result


_WORDS = r"""
lda sta #$12 $1234,x ($12),y [$12] jsr Label Label: .sub: + - -- ++ ?m: db dw "text" 'c' , : ; \ !d
!{d = := += #= ?= if else elseif endif while endwhile for i 0..2 endfor macro m(a,...) endmacro
%m(1) %m(1,2) <a> <...[0]> sizeof(...) struct S endstruct align extends org base off pushpc
        pullpc
namespace nested on function f(x) (x) f(2) warnpc freecode autoclean prot fill skip pad rep 2 3 -1
1/0 a*b << >> print hex(1) assert error warn math pri round asar 1.90 arch spc700 lorom norom table
incbin incsrc x.asm check bankcross title bank auto global undef "d" optimize dp always ram reset
bytes pushns pullns pushtable 'a' $ % & | ^ ~ <: ( ) [ ] { } @ # . _
"""
_PIECES = [*_WORDS.split(), *["\n"] * 13]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=40))
def test_no_text_raises(pieces: list[str]) -> None:
    small = AssembleLimits(statements=500, loops=50, bytes=5000)
    text = " ".join(pieces)
    result = assemble(text, limits=small)
    assert result.ok == (not result.errors) and all(finding.line >= 1 for finding in result.findings)


@given(st.text(max_size=80))
def test_no_characters_raise(text: str) -> None:
    assemble(text, limits=AssembleLimits(statements=500, loops=50, bytes=5000))


def test_limits_can_be_set() -> None:
    small = AssembleLimits(statements=10, bytes=4)
    assert codes(assemble("nop\n" * 11, limits=small)) == ["limit"]
    assert codes(assemble("dl 1,2", limits=small)) == ["limit"]
    assert assemble("nop\n" * 4, limits=small).ok


def sample() -> Path:
    folder = pytest.importorskip("afs.quickstart").__path__[0]
    return Path(folder) / "sample" / "main.asm"


def test_the_sample_hack_assembles() -> None:
    main = sample()
    result = assemble_file(main)
    assert result.ok and not result.findings
    assert result.rom[0x7FC0:0x7FD5] == b"TIDEWARDEN           "
    assert result.rom == assemble_file(main, rom=result.rom).rom
    reset = int.from_bytes(result.rom[0x7FFC:0x7FFE], "little")
    assert reset == result.labels["Boot_Reset"]


def test_any_routine_of_the_sample_assembles_by_itself_to_the_same_bytes() -> None:
    from afs.asm import Source

    main = sample()
    whole = assemble_file(main)
    data = {block.address: block.data for block in whole.blocks}
    defines = {}
    for name in ("defines", "macros"):
        source = Source.read(main.parent / "Core" / f"{name}.asm")
        defines |= {define.name: define.value for define in source.defines}
    compared = 0
    for path in sorted(main.parent.glob("Core/*.asm")):
        for routine in Source.read(path).routines:
            start = whole.labels.get(routine.name)
            if start is None or not routine.body:
                continue
            symbols = {
                name: value
                for name, value in whole.labels.items()
                if not f"{name}_".startswith(routine.name + "_")
            }
            alone = assemble(routine.text, start, symbols=symbols, defines=defines)
            assert alone.ok, (routine.name, alone.findings)
            base = next(at for at in data if at <= start < at + len(data[at]))
            assert data[base][start - base :].startswith(alone.code), routine.name
            compared += 1
    assert compared > 60


def test_the_dialect_is_taken_and_refused_as_the_check_does() -> None:
    lines = Path(__file__).with_name("dialect.txt").read_text("utf-8").splitlines()
    for sign, code in (line.replace("\\n", "\n").split("|", 1) for line in lines if line[0] != "#"):
        result = assemble(code)
        unsupported = "not-supported" in codes(result)
        assert not result.ok or sign != "-", code
        assert result.ok or not check(code).assembles or sign == "~" or unsupported, (code, result.errors)


def test_what_the_check_takes_for_whole_assembles() -> None:
    files = sorted(sample().parent.rglob("*.asm"))
    for path in files:
        text = path.read_text()
        result = check(text)
        if result.assembles:
            assert assemble(text, root=path.parent).ok, (path, assemble(text, root=path.parent).findings)
        assert result.syntax_ok
