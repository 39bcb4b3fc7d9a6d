"""One training sample, from the generator to the trainer.

    >>> sample = TrainingSample(instruction="What does LDA do?", output="Loads A.", domain="asm")
    >>> TrainingSample.from_json(sample.to_json()) == sample
    True

On disk a sample is one JSON object a line. The eight documented keys are always written,
``messages`` and ``prov`` where they are set, and keys that afs does not know are kept in
``extra`` and written back after the known ones.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from typing import Any, TypeVar

import msgspec

from afs_core.errors import DataError

__all__ = ["Message", "Provenance", "ToolCall", "TrainingSample"]

_EXTRA = {"extra": "·extra"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_encode = msgspec.json.Encoder().encode
T = TypeVar("T", bound=msgspec.Struct)


class ToolCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A call that a model made: ``arguments`` is the JSON text it wrote."""

    name: str
    arguments: str = "{}"
    id: str = ""


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=_EXTRA):
    """One turn: role ``system``, ``user``, ``assistant`` or ``tool`` (``tool_call_id`` set)."""

    role: str
    content: str = ""
    thinking: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    name: str = ""
    extra: dict[str, Any] = {}


class Provenance(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, rename=_EXTRA):
    """Where a sample comes from and what was done to it.

    ``source`` is a path relative to the source root, ``start`` and ``end`` its first and last
    line (1-based, inclusive). ``parents`` are ``sample_id``s, ``transforms`` names in order.
    Samples of one ``group`` stay on one side of a split.
    """

    source: str = ""
    start: int = 0
    end: int = 0
    kind: str = ""
    generator: str = ""
    parents: tuple[str, ...] = ()
    transforms: tuple[str, ...] = ()
    group: str = ""
    split: str = ""
    extra: dict[str, Any] = {}


def _text() -> str:
    return ""


def _nothing() -> None:
    return None


class TrainingSample(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    dict=True,  # holds the line a sample was read from, which no copy inherits
    rename=_EXTRA,
):
    """An instruction and its answer, with what a trainer and an auditor need to know.

    Frozen: change one with ``msgspec.structs.replace``, never in place. An absent
    ``quality_score`` is NaN in Python and ``null`` on disk. ``messages`` holds the whole
    conversation where there is more than one turn; ``instruction`` and ``output`` are then
    its human turn and its final answer.
    """

    # A factory default is always written to disk; a plain one only where it differs.
    instruction: str
    output: str
    input: str = msgspec.field(default_factory=_text)
    thinking: str | None = msgspec.field(default_factory=_nothing)
    domain: str = msgspec.field(default_factory=lambda: "general")
    source: str = msgspec.field(default_factory=_text)
    quality_score: float | None = None
    _metadata: dict[str, Any] = msgspec.field(default_factory=lambda: {})
    messages: tuple[Message, ...] | None = None
    prov: Provenance | None = None
    extra: dict[str, Any] = {}

    def __post_init__(self) -> None:
        if self.quality_score is None:
            msgspec.structs.force_setattr(self, "quality_score", math.nan)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TrainingSample) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.instruction, self.input, self.output))

    @property
    def metadata(self) -> dict[str, Any]:
        """``_metadata`` under a public name."""
        return self._metadata

    @property
    def score(self) -> float:
        """``quality_score``, NaN where absent."""
        return math.nan if self.quality_score is None else self.quality_score

    @property
    def sample_id(self) -> str:
        """16 hexadecimal digits of SHA-256 over what the sample teaches; provenance is not in it."""
        taught = [self.instruction, self.input, self.output, self.thinking, self.messages]
        return hashlib.sha256(_encoded(taught)).hexdigest()[:16]

    @property
    def group(self) -> str:
        """What a split may not tear apart: ``prov.group``, else a parent, else the source file."""
        prov = self.prov
        if prov is None:
            return self.sample_id
        return prov.group or (prov.parents[0] if prov.parents else prov.source) or self.sample_id

    def changed(self, by: str, **fields: Any) -> TrainingSample:
        """A copy with ``fields`` replaced and the transform ``by`` entered in its provenance."""
        prov = self.prov or Provenance()
        prov = msgspec.structs.replace(prov, transforms=(*prov.transforms, by))
        return msgspec.structs.replace(self, prov=fields.pop("prov", prov), **fields)

    def to_messages(self, *, thinking: bool = False) -> list[dict[str, Any]]:
        """The chat that a model is trained on, in the layout of the OpenAI chat API.

        The only place that turns a sample into a chat. With ``thinking`` the reasoning
        precedes the answer between ``<think>`` tags.
        """
        turns = self.messages or (
            Message("user", f"{self.instruction}\n\n{self.input}" if self.input else self.instruction),
            Message("assistant", self.output, thinking=self.thinking),
        )
        return [_chat_turn(turn, thinking) for turn in turns]

    def to_alpaca(self) -> dict[str, str]:
        """``{"instruction", "input", "output"}``."""
        return {"instruction": self.instruction, "input": self.input, "output": self.output}

    def to_dict(self) -> dict[str, Any]:
        """What is written to disk, as builtins; an absent score is ``None``."""
        row: dict[str, Any] = msgspec.to_builtins(self)
        if math.isnan(self.score):
            row["quality_score"] = None
        if self.messages and any(message.extra for message in self.messages):
            row["messages"] = [_flat(message) for message in row["messages"]]
        if self.prov is not None and self.prov.extra:
            row["prov"] = _flat(row["prov"])
        return _flat(row)

    def to_bytes(self) -> bytes:
        """One line of JSON without its newline; lone surrogates become U+FFFD."""
        if self.extra or self.messages or (self.prov is not None and self.prov.extra):
            return _encoded(self.to_dict())
        try:
            return _encode(self)
        except UnicodeEncodeError:
            return _encoded(self.to_dict())

    def to_json(self) -> str:
        """One line of JSON without its newline."""
        return self.to_bytes().decode()

    @classmethod
    def from_dict(cls, row: dict[str, Any]) -> TrainingSample:
        """The sample that ``row`` describes; raises :class:`~afs_core.errors.DataError`."""
        if not isinstance(row, dict):
            raise DataError(f"expected an object, got {type(row).__name__}")
        row = dict(row)
        messages, prov = row.get("messages"), row.get("prov")
        if isinstance(messages, (list, tuple)):
            row["messages"] = tuple(_opened(Message, message) for message in messages)
        if isinstance(prov, dict):
            row["prov"] = _opened(Provenance, prov)
        return _opened(cls, row)

    @classmethod
    def from_json(cls, line: str | bytes) -> TrainingSample:
        """The sample that a line holds; raises :class:`~afs_core.errors.DataError`.

        Legal JSON that msgspec refuses (a lone surrogate) is read by ``json`` and repaired
        with U+FFFD.
        """
        try:
            return _decode(line)
        except msgspec.ValidationError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return cls.from_dict(_repaired(line))
        try:
            row = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):  # a number that no float holds
            row = _repaired(line)
        return cls.from_dict(row)


_decode = msgspec.json.Decoder(TrainingSample).decode


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """``row`` with its unknown keys back on its own level; a known key wins."""
    unknown = row.pop("·extra", None)
    return {**row, **{k: v for k, v in unknown.items() if k not in row}} if unknown else row


def _opened(cls: type[T], row: Any) -> T:
    """``row`` as a ``cls``: ``null`` is absent, unknown keys go to ``extra``."""
    if not isinstance(row, dict):
        raise DataError(f"expected an object for {cls.__name__}, got {type(row).__name__}")
    known = {k: v for k, v in row.items() if k in cls.__struct_fields__ and k != "extra"}
    unknown = {k: v for k, v in row.items() if k not in known}
    try:
        return msgspec.convert(
            {**{k: v for k, v in known.items() if v is not None}, _EXTRA["extra"]: unknown}, cls
        )
    except msgspec.ValidationError as fault:
        raise DataError(f"wrong type or missing key: {fault}") from None


def _encoded(value: Any) -> bytes:
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return _encode(_without_surrogates(msgspec.to_builtins(value)))


def _repaired(line: str | bytes) -> Any:
    try:
        text = line.decode() if isinstance(line, bytes) else line
        return _without_surrogates(json.loads(text))
    except UnicodeDecodeError as fault:
        raise DataError(f"not UTF-8 at byte {fault.start}") from None
    except (ValueError, RecursionError) as fault:
        raise DataError(f"not JSON: {fault}") from None


def _without_surrogates(value: Any) -> Any:
    """``value``, which JSON can hold, with U+FFFD for every lone surrogate in its texts."""
    text = json.dumps(value, ensure_ascii=False)
    return json.loads(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text))


def _chat_turn(turn: Message, thinking: bool) -> dict[str, Any]:
    content = turn.content
    if thinking and turn.thinking:
        content = f"<think>\n{turn.thinking}\n</think>\n\n{content}"
    chat: dict[str, Any] = {"role": turn.role, "content": content}
    if turn.tool_calls:
        chat["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in turn.tool_calls
        ]
    if turn.tool_call_id:
        chat["tool_call_id"] = turn.tool_call_id
    if turn.name:
        chat["name"] = turn.name
    return chat
