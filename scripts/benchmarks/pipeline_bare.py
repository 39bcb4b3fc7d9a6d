"""What a careful person writes by hand with msgspec alone: the baseline of ``pipeline.py``.

    python scripts/benchmarks/pipeline_bare.py ROWS.jsonl FOLDER [--alone] [--twice]

Load, length score with its components, minimum score, exact duplicates out, a stratified 80/10/10
split by group (``--alone``: without groups), write. Every row is decoded once and encoded once:
between the two looks it waits in a file, encoded without its split, which is then added to the
end of the line. (``--twice``: the plain way, without that file: rows are decoded and scored again at
the second look.) It knows this one file's layout: no faults, no counts, no unknown keys, no
conversations, no manifests, and output that is not atomic. It writes the same bytes as afs.
"""

from __future__ import annotations

import random
import re
import sys
from array import array
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import msgspec

SPLITS = ("train", "val", "test")
VALUES = {"address", "reverse-address", "constant", "value", "register", "symbol", "name", "number", "lookup"}
ASKED = re.compile(
    r"\b(address|value|number|name|constant|symbol|label|register|opcode|mnemonic|bank|offset|size"
    r"|bytes?|cycles?|how (?:many|much)|which|where|who|when)\b"
)
NO_WEIGHT = {"value": None, "reason": "no weight"}
UNASKED = {"value": None, "reason": "the question asks for a value"}


class Prov(msgspec.Struct, omit_defaults=True):
    source: str = ""
    start: int = 0
    end: int = 0
    kind: str = ""
    group: str = ""
    split: str = ""


class Row(msgspec.Struct):
    instruction: str
    output: str
    input: str
    thinking: str | None
    domain: str
    source: str
    quality_score: float | None
    _metadata: dict[str, Any]
    prov: Prov


encode = msgspec.json.Encoder().encode


def key_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def normal(text: str) -> str:
    folded = text.casefold()
    if "  " in folded or "\n" in folded or "\t" in folded or not folded.isascii():
        return " ".join(folded.split())
    return folded.strip(" ")  # control characters do not occur here


def question(row: Row) -> str:
    asked = normal(row.instruction)
    return f"{asked}\0{normal(row.input)}" if row.input else asked


def group(row: Row) -> str:
    taught = [row.instruction, row.input, row.output, row.thinking, None]
    return row.prov.group or row.prov.source or sha256(encode(taught)).hexdigest()[:16]


def length_score(length: int) -> float:
    if length < 50:
        return 0.5 * length / 50
    if length <= 500:
        return 0.5 + 0.5 * (length - 50) / 450
    if length <= 5000:
        return 1.0 - 0.3 * (length - 500) / 4500
    return 0.5


def asks_value(row: Row) -> bool:
    if row._metadata.get("answer") == "value":
        return True
    if row._metadata.get("kind") in VALUES or row.prov.kind in VALUES:
        return True
    return len(row.output.split(None, 1)) == 1 and ASKED.search(row.instruction.casefold()) is not None


def scored(row: Row) -> bool:
    """Set score and components; False for a row that the minimum drops."""
    if asks_value(row):
        return False
    row.quality_score = score = round(length_score(len(row.output)), 6)
    if score < 0.5:
        return False
    row._metadata["quality_components"] = {
        "electra": NO_WEIGHT,
        "asar": NO_WEIGHT,
        "entity": NO_WEIGHT,
        "length": {"value": score, "weight": 1.0},
    }
    return True


class Look:
    """What the first look finds: lengths of the rows kept, their groups, and strata in groups."""

    def __init__(self, alone: bool) -> None:
        self.alone = alone
        self.lengths, self.rows = array("I"), array("I")
        self.kept = bytearray()
        self.strata: dict[str, int] = {}
        self.members: list[dict[int, int]] = []
        self.groups: dict[str, int] = {}
        self.seen: set[int] = set()

    def take(self, row: Row) -> bool:
        keep = scored(row)
        if keep:
            key = key_of(question(row))
            keep = key not in self.seen
            self.seen.add(key)
        self.kept.append(keep)
        if not keep:
            return False
        members = self.members
        number = len(members) if self.alone else self.groups.setdefault(group(row), len(self.groups))
        if number == len(members):
            members.append({})
        stratum = self.strata.setdefault(row.domain, len(self.strata))
        members[number][stratum] = members[number].get(stratum, 0) + 1
        self.rows.append(number)
        return True


def targets(count: int) -> list[int]:
    quotas = [count * 8, count, count]
    found = [quota // 10 for quota in quotas]
    order = sorted(range(3), key=lambda split: found[split] - quotas[split] / 10)
    for split in order[: count - sum(found)]:
        found[split] += 1
    return found


def assigned(members: list[dict[int, int]], strata: int) -> bytearray:
    totals = [0] * strata
    for parts in members:
        for stratum, count in parts.items():
            totals[stratum] += count
    lacks = [targets(total) for total in totals]
    sizes = [sum(parts.values()) for parts in members]
    order = list(range(len(members)))
    random.Random("42:split").shuffle(order)
    order.sort(key=sizes.__getitem__, reverse=True)
    waiting = {stratum for stratum, total in enumerate(totals) if total > 1}
    splits = bytearray(len(members))
    for number in order:
        parts = members[number]
        if waiting and not waiting.isdisjoint(parts):
            best = 0
        elif len(parts) == 1:
            (stratum,) = parts
            best = max(range(3), key=lacks[stratum].__getitem__)
        else:
            best = max(range(3), key=lambda split: sum(n * lacks[s][split] for s, n in parts.items()))
        splits[number] = best
        for stratum, count in parts.items():
            lacks[stratum][best] -= count
            if not best:
                waiting.discard(stratum)
    return splits


def main(source: Path, folder: Path, alone: bool, twice: bool) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    decode, look = msgspec.json.Decoder(Row).decode, Look(alone)
    spool = folder / "spool"
    with source.open("rb", 1 << 20) as lines, spool.open("wb", 1 << 20) as out:
        for line in lines:
            row = decode(line)
            if look.take(row) and not twice:
                encoded = encode(row)
                look.lengths.append(len(encoded))
                out.write(encoded)
    splits = assigned(look.members, len(look.strata))
    files = [(folder / f"{split}.jsonl").open("wb", 1 << 20) for split in SPLITS]
    if twice:
        numbers = iter(look.rows)
        with source.open("rb", 1 << 20) as lines:
            for line, keep in zip(lines, look.kept, strict=True):
                if keep:
                    row, split = decode(line), splits[next(numbers)]
                    scored(row)
                    row.prov.split = SPLITS[split]
                    files[split].write(encode(row) + b"\n")
    else:
        tails = [f',"split":"{split}"}}}}\n'.encode() for split in SPLITS]
        with spool.open("rb", 1 << 20) as waiting:
            for length, number in zip(look.lengths, look.rows, strict=True):
                split = splits[number]
                files[split].write(waiting.read(length)[:-2] + tails[split])
    for file in files:
        file.close()
    spool.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), "--alone" in sys.argv, "--twice" in sys.argv)
