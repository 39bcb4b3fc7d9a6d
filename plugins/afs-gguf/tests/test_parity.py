"""Good files agree with their model; each way in which files go wrong in practice is caught."""

from __future__ import annotations

import json
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from afs.gguf.evaluator import ParityConfig, ParityEvaluator
from afs.gguf.merged import MergedModel
from afs.gguf.metadata import Field, boolean, f32, i32s, string, strings, u32
from afs.gguf.parity import LIMITS, Parity, compare, plan_positions
from afs.gguf.probes import CHATS, TEXTS
from afs.gguf.reference import Reference
from afs.gguf.safetensors import Floats
from afs_core.errors import UsageError
from afs_core.manifest import Report
from afs_core.protocols import EvalJob

Header = dict[str, Field]
Tensors = dict[str, bytes]


@pytest.fixture(scope="module", autouse=True)
def engines() -> None:
    for needed in ("torch", "transformers", "peft", "xllamacpp"):
        pytest.importorskip(needed)


class Setting(SimpleNamespace):
    """A model, its reference, and the positions that all files are compared on."""

    model: MergedModel
    reference: Reference
    sequences: list[tuple[list[int], Floats]]


@pytest.fixture(scope="module")
def setting(base: Path, adapter: Path) -> Iterator[Setting]:
    reference = Reference(base, adapter)
    with MergedModel(base, adapter) as model:
        sequences = plan_positions(reference, TEXTS, 96)
        yield Setting(model=model, reference=reference, sequences=sequences)


def check(path: Path, setting: Setting) -> Parity:
    return compare(path, setting.model, setting.reference, setting.sequences, threads=1)


def test_positions_are_as_many_as_asked(setting: Setting) -> None:
    assert sum(len(ids) for ids, _ in setting.sequences) == 96
    assert max(len(ids) for ids, _ in setting.sequences) == 32
    assert all(scores.shape == (len(ids), 1024) for ids, scores in setting.sequences)


@pytest.mark.parametrize("scheme", LIMITS)
def test_a_good_file_agrees(scheme: str, files: Mapping[str, Path], setting: Setting) -> None:
    found = check(files[scheme], setting)
    lists = [found.fields, found.vectors, found.tokens, found.prepended, found.chats, found.stops]
    assert lists == [[]] * 6
    assert (found.failure, found.scheme) == ("", scheme)
    assert found.divergence is not None
    assert 0 < found.divergence.kl <= LIMITS[scheme].kl
    assert found.divergence.accepted >= LIMITS[scheme].accepted


def test_rounding_grows_from_scheme_to_scheme(files: Mapping[str, Path], setting: Setting) -> None:
    kls = [found.divergence.kl for s in LIMITS if (found := check(files[s], setting)).divergence]
    assert kls[1] < kls[0] < kls[2] < kls[3] < kls[4]


def lose(key: str) -> Callable[[Header, Tensors], None]:
    return lambda header, tensors: header.__delitem__(key)


def put(key: str, field: Field) -> Callable[[Header, Tensors], None]:
    return lambda header, tensors: header.__setitem__(key, field)


def zero_biases(header: Header, tensors: Tensors) -> None:
    tensors.update({name: bytes(len(raw)) for name, raw in tensors.items() if name.endswith("bias")})


def drop_biases(header: Header, tensors: Tensors) -> None:
    for name in [name for name in tensors if name.endswith("bias")]:
        del tensors[name]


def permute_queries(header: Header, tensors: Tensors) -> None:
    """What converters do to the llama family and must not do to this one."""
    rows = np.frombuffer(tensors["blk.0.attn_q.weight"], np.uint16).reshape(4, 2, 32, 256)
    tensors["blk.0.attn_q.weight"] = rows.swapaxes(1, 2).tobytes()


def all_normal(header: Header, tensors: Tensors) -> None:
    header["tokenizer.ggml.token_type"] = i32s([1] * 1024)


def swap_merges(header: Header, tensors: Tensors) -> None:
    merges = header["tokenizer.ggml.merges"].value
    header["tokenizer.ggml.merges"] = strings([*merges[300:], *merges[:300]])


def unmark_end(header: Header, tensors: Tensors) -> None:
    """The end token under another name and with no id: nothing tells the engine to stop."""
    tokens = list(header["tokenizer.ggml.tokens"].value)
    tokens[999] = "<|im_over|>"
    header["tokenizer.ggml.tokens"] = strings(tokens)
    del header["tokenizer.ggml.eos_token_id"]


MUTATIONS = {
    "rope base lost": (lose("qwen2.rope.freq_base"), {"fields", "kl"}),
    "rope base of another model": (put("qwen2.rope.freq_base", f32(1e4)), {"fields", "kl"}),
    "epsilon of another model": (
        put("qwen2.attention.layer_norm_rms_epsilon", f32(1e-5)),
        {"fields"},
    ),
    "biases zero": (zero_biases, {"vectors", "kl"}),
    "biases lost": (drop_biases, {"fields"}),
    "queries permuted": (permute_queries, {"kl"}),
    "pre-tokenizer lost": (lose("tokenizer.ggml.pre"), {"fields", "tokens"}),
    "pre-tokenizer gpt-2": (
        put("tokenizer.ggml.pre", string("gpt-2")),
        {"fields", "tokens"},
    ),
    "pre-tokenizer llama-bpe": (
        put("tokenizer.ggml.pre", string("llama-bpe")),
        {"fields"},
    ),
    "token types lost": (lose("tokenizer.ggml.token_type"), {"fields", "tokens"}),
    "token types all normal": (all_normal, {"fields", "tokens"}),
    "merges out of order": (swap_merges, {"fields", "tokens"}),
    "end token lost": (lose("tokenizer.ggml.eos_token_id"), {"fields"}),
    "end token another": (put("tokenizer.ggml.eos_token_id", u32(11)), {"fields"}),
    "end token unmarked": (unmark_end, {"fields", "stops"}),
    "template lost": (lose("tokenizer.chat_template"), {"fields"}),
    "template another": (
        lambda header, tensors: header.__setitem__(
            "tokenizer.chat_template",
            Field(header["general.name"].kind, "{% for m in messages %}{{ m.content }}{% endfor %}"),
        ),
        {"fields", "chats"},
    ),
    "beginning prepended": (
        put("tokenizer.ggml.add_bos_token", boolean(True)),
        {"fields", "prepended"},
    ),
}


def faults(found: Parity) -> set[str]:
    names = ("fields", "vectors", "tokens", "prepended", "chats", "stops")
    kinds = {name for name in names if getattr(found, name)}
    if found.divergence is not None and found.divergence.kl > LIMITS["BF16"].kl:
        kinds.add("kl")
    return kinds | ({"failure"} if found.failure else set())


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutated_file_is_caught(
    name: str, files: Mapping[str, Path], setting: Setting, make: SimpleNamespace, tmp_path: Path
) -> None:
    change, expected = MUTATIONS[name]
    found = check(make.rewrite(files["BF16"], tmp_path / "mutated.gguf", change), setting)
    assert expected <= faults(found), found


def test_a_faithful_copy_is_not_caught(
    files: Mapping[str, Path], setting: Setting, make: SimpleNamespace, tmp_path: Path
) -> None:
    copy = make.rewrite(files["BF16"], tmp_path / "copy.gguf", lambda header, tensors: None)
    assert faults(check(copy, setting)) == set()


def test_a_file_that_aborts_the_engine_is_a_finding(
    files: Mapping[str, Path], setting: Setting, tmp_path: Path
) -> None:
    """Norms as F16 load, and then abort the process that computes with them."""
    raw = bytearray(files["BF16"].read_bytes())
    place = raw.index(struct.pack("<Q", 18) + b"output_norm.weight") + 8 + 18 + 4 + 8
    assert raw[place : place + 4] == struct.pack("<I", 0)
    raw[place : place + 4] = struct.pack("<I", 1)
    bad = tmp_path / "f16-norm.gguf"
    bad.write_bytes(raw)
    found = check(bad, setting)
    assert "aborts unless it is F32" in found.fields[0]
    assert "failure" in faults(found)


def test_an_untuned_file_is_not_taken_for_the_tuned_one(base: Path, setting: Setting, tmp_path: Path) -> None:
    from afs.gguf.conversion import convert
    from afs.gguf.mixture import SCHEMES

    with MergedModel(base) as model:
        convert(model, {tmp_path / "base.gguf": SCHEMES["Q8_0"]}, name="base")
    found = check(tmp_path / "base.gguf", setting)
    assert found.divergence is not None
    assert found.divergence.kl > LIMITS["Q8_0"].kl


def test_chats_cover_the_shapes_that_templates_differ_on() -> None:
    shapes = [[message["role"] for message in chat] for chat in CHATS.values()]
    assert ["user"] in shapes
    assert ["system", "user"] in shapes
    assert ["user", "assistant", "user"] in shapes


class Quiet:
    """What the evaluator asks of a run."""

    def progress(self, label: str, total: int) -> Quiet:
        return self

    def __enter__(self) -> Quiet:
        return self

    def __exit__(self, *exc: object) -> None:
        pass

    def advance(self, n: int = 1) -> None:
        pass

    def check_cancelled(self) -> None:
        pass


def evaluate(job: EvalJob, **settings: float) -> Report:
    run: object = Quiet()
    return ParityEvaluator(ParityConfig(**settings), run).evaluate(job)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def job(
    base: Path, adapter: Path, files: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> EvalJob:
    names = [f"gguf:{files[scheme]}" for scheme in ("Q8_0", "Q5_K_M", "Q4_K_M")]
    output = tmp_path_factory.mktemp("report")
    return EvalJob(output=output, models=(f"hf:{base}+{adapter}", *names))


def test_a_report_passes_only_if_every_finding_does(job: EvalJob) -> None:
    report = evaluate(job)
    assert report.passed
    assert [row["scheme"] for row in report.tables["parity"]] == ["Q8_0", "Q5_K_M", "Q4_K_M"]
    assert len(report.findings) == 27
    strict = evaluate(job, max_kl=1e-9)
    assert not strict.passed
    assert [finding.name.split(": ")[1] for finding in strict.findings if not finding.passed] == ["kl"] * 3


def test_positions_may_come_from_samples(job: EvalJob, tmp_path: Path) -> None:
    data = tmp_path / "val.jsonl"
    rows = [{"instruction": f"Where is symbol {n}?", "output": f"At ${n:06X}."} for n in range(9)]
    data.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = EvalJob(output=job.output, models=job.models[:2], data=(data,), limit=3)
    row = evaluate(asked, positions=1000).tables["parity"][0]
    assert 3 * 20 < row["positions"] < 3 * 128
    assert evaluate(asked, positions=30).tables["parity"][0]["positions"] == 30


def test_a_damaged_file_fails_the_report_and_not_the_command(job: EvalJob, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(Path(job.models[1].removeprefix("gguf:")).read_bytes()[:100_000])
    report = evaluate(EvalJob(output=job.output, models=(job.models[0], str(cut), job.models[1])))
    assert not report.passed
    assert [finding.name for finding in report.findings if not finding.passed] == ["cut.gguf: loads"]


@pytest.mark.parametrize("models", [(), ("hf:one",), ("a.gguf",), ("hf:one", "hf:two", "a.gguf")])
def test_one_model_and_some_files_are_asked_for(models: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected one model and at least one GGUF file"):
        evaluate(EvalJob(output=tmp_path, models=models))


def test_three_files_take_less_than_ten_seconds_of_processor(job: EvalJob) -> None:
    import resource

    def children() -> float:
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    began = time.process_time() + children()
    evaluate(job)
    assert time.process_time() + children() - began < 10
