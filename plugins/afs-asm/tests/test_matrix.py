"""Mnemonics in all sizes, spellings and values: check and assembler agree, and right forms are right."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from afs.asm import assemble, check
from afs.asm.language.instructions import mnemonics
from afs.asm.language.legality import right_form

BEFORE = """lorom
org $018000
Far: nop
org $008000
Small = $12
Large = $7E1234
!byte = $12
!word = $1234
Main:
.sub
-
 """
AFTER = """
 nop
+
Near: nop
"""


def words(text: str) -> list[str]:
    """The words of a text, an underscore in them being a blank."""
    return [word.replace("_", " ") for word in text.split()]


VALUES = words("""
    $5 $12 $123 $0012 $000012 $12345678 18 300 70000 3000000000 %00010010 %100000000 'a' -1 -$100 ~5 1.5
    $12+1 ($12+1)*2 ($12)+1 $12*$100 5%10 5%(2-2) 1<<2-3 70000/256 max(1,2) bank(Far) Small Large Main Near
    Far .sub - + (-) (-)*2 (+)+1 Near-Main Far>>16 <:Far Near|- !byte !word 0x12 12h ^Near $ "a" ''
""")
SPELLINGS = words("""
    #V V V,x V,y V,s (V) (V,x) (V),y (V,s),y [V] [V],y (V),x [V],x (V,y) (V,x),y V,V V,V,V #V,#V V,X (V),Y
    ((V)) (V)*2,x #V,x V,z #<V @V [V V) (V V; V,_x (V),_y #_V V_,x (_V) a A
""")

instructions = st.builds(
    lambda name, size, spelling, value: f"{name}{size} {spelling.replace('V', value)}",
    st.sampled_from([*mnemonics(), "rep", "mvn", "INA", "ldaa"]),
    st.sampled_from(["", "", "", ".b", ".w", ".l", ".d", ".q"]),
    st.sampled_from(SPELLINGS),
    st.sampled_from(VALUES),
)


@settings(max_examples=400)
@given(instructions)
def test_what_the_check_takes_is_what_assembles(code: str) -> None:
    text = BEFORE + code + AFTER
    assert check(text).assembles == assemble(text).ok


@settings(max_examples=400)
@given(instructions)
def test_right_forms_are_right(code: str) -> None:
    assume(not code.startswith("rep"))  # which may be another command
    for finding in check(BEFORE + code + AFTER).findings:
        if finding.fix and finding.fix.partition(" ")[0].partition(".")[0].lower() in mnemonics():
            assert finding.line == BEFORE.count("\n") + 1
            assert 2 <= finding.column <= len(code) + 2
            assert finding.code == "branch-range" or right_form(finding.fix) == finding.fix
