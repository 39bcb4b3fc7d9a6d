"""The words that the grammar of instructions knows, and how verbs are inflected."""

from __future__ import annotations

from typing import Final

from afs.augment.names import names

__all__ = ["BASE_OF", "COMMANDS", "DETERMINERS", "PARTICIPLES", "SYNONYMS", "VERBS", "third_person"]

#: Verbs that a question about software asks for, in their base form.
VERBS: Final = names(
    """add affect allow apply arrive begin behave belong branch break calculate call cause change
        check choose clear collide compile come compare compute consist contain control copy cost
        count crash create decide define depend determine differ disable do display draw drop
        enable end enter execute exist exit expand expect fail fill finish fit follow function get
        give go handle hang happen have help hold initialise initialize involve jump keep last
        lead leave lie live load look loop make matter mean miss modify move name need occur pass
        perform place play point preserve prevent print produce provide push put reach read
        receive refer rely remain render replace represent require reset resolve return run save
        see sell send serve set show signify sit skip solve spawn stand start stay stop subtract
        store support switch take tell test touch track trigger turn update toggle transfer use
        wait watch wrap want work write"""
)
_IRREGULAR: Final = {"have": "has", "do": "does", "go": "goes"}

#: Verbs that begin an instruction. A False verb is also a noun, so that what follows must tell.
COMMANDS: Final = {
    **dict.fromkeys(
        names(
            """analyse analyze annotate add calculate compute convert create define demonstrate describe
        enumerate explain fill find fix generate give identify illustrate implement improve insert
        locate look make modify optimise optimize prove provide refactor remove rename rewrite say
        simplify solve summarise summarize tell translate verify write"""
        ),
        True,
    ),
    **dict.fromkeys(
        names(
            """answer change check comment compare complete copy count debug design document estimate
        follow hook list move name outline patch port predict program read repair replace show
        sort state test trace turn use walk"""
        ),
        False,
    ),
}

#: Words that may stand in the place of another before any object.
SYNONYMS: Final = {
    "calculate": ("compute", "work out"),
    "compute": ("calculate", "work out"),
    "find": ("locate",),
    "fix": ("repair", "correct"),
    "generate": ("produce",),
    "give": ("provide",),
    "identify": ("determine",),
    "locate": ("find",),
    "optimise": ("optimize",),
    "optimize": ("optimise",),
    "provide": ("give",),
    "repair": ("fix",),
    "summarise": ("sum up", "summarize"),
    "summarize": ("sum up", "summarise"),
}

DETERMINERS: Final = names(
    "the a an this that these those my our your its each every all both some any no following"
)

#: What may end a passive question (``Where is it stored?``), besides words in -ed.
PARTICIPLES: Final = names(
    "built done drawn found given held hidden kept known laid left made meant put read run sent set shown "
    "spent taken told used written"
)


def third_person(verb: str) -> str:
    """``hold`` as ``holds``."""
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return verb[:-1] + "ies"
    return verb + "s"


#: ``holds`` to ``hold``.
BASE_OF: Final = {third_person(verb): verb for verb in VERBS}
