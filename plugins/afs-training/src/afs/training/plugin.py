"""What afs-training offers."""

from __future__ import annotations

from afs_core import Capability, Command, hookimpl


@hookimpl
def afs_transforms() -> list[Capability]:
    return [
        Capability(
            name="quality",
            target="afs.training.quality:Quality",
            summary="Set the quality score of every sample, and say what it is made of",
        ),
        Capability(
            name="quality-floor",
            target="afs.training.floor:QualityFloor",
            summary="Drop samples whose quality score is absent or too low",
        ),
        Capability(
            name="repeats",
            target="afs.training.repeats:Repeats",
            summary="Count samples that ask what an earlier one asked",
        ),
        Capability(
            name="split",
            tags=("splits",),
            target="afs.training.split:Split",
            summary="Assign samples to train, val and test by group, stratified",
        ),
        Capability(
            name="rebalance",
            target="afs.training.rebalance:Rebalance",
            summary="Take samples of several sources in given shares",
        ),
        Capability(
            name="rehearsal-selection",
            target="afs.training.rehearsal_transforms:RehearsalSelection",
            summary="Keep what is worth rehearsing of earlier versions' data",
        ),
        Capability(
            name="rehearsal",
            target="afs.training.rehearsal_transforms:Rehearsal",
            summary="Mix samples of a rehearsal buffer into new ones",
        ),
    ]


@hookimpl
def afs_converters() -> list[Capability]:
    return [
        Capability(
            name="samples",
            target="afs.training.converters.samples:SamplesConverter",
            summary="Rows of afs's own samples",
        ),
        Capability(
            name="alpaca",
            target="afs.training.converters.alpaca:AlpacaConverter",
            summary="Rows with instruction, input and output",
        ),
        Capability(
            name="sharegpt",
            target="afs.training.converters.sharegpt:ShareGPTConverter",
            summary="Rows with conversations of speakers and values",
        ),
        Capability(
            name="openai",
            target="afs.training.converters.openai:OpenAIConverter",
            summary="Rows with messages of the OpenAI chat API",
        ),
        Capability(
            name="chatml",
            target="afs.training.converters.chatml:ChatMLConverter",
            summary="Conversations as ChatML text",
        ),
        Capability(
            name="mlx",
            target="afs.training.converters.mlx:MLXConverter",
            summary="Rows that mlx-lm trains on",
        ),
        Capability(
            name="llama-cpp",
            target="afs.training.converters.llama_cpp:LlamaCppConverter",
            summary="Plain text for llama.cpp, by chat template or prompt style",
        ),
        Capability(
            name="trl",
            target="afs.training.converters.trl:TRLConverter",
            summary="Rows that trl trains on: prompt and completion, or messages",
        ),
        Capability(
            name="axolotl",
            target="afs.training.converters.axolotl:AxolotlConverter",
            summary="Rows for axolotl's chat_template",
        ),
        Capability(
            name="llama-factory",
            target="afs.training.converters.llama_factory:LlamaFactoryConverter",
            summary="Rows for LLaMA-Factory's sharegpt formatting",
        ),
        Capability(
            name="toolbench",
            target="afs.training.converters.toolbench:ToolBenchConverter",
            summary="Conversations and answer trees of ToolBench",
        ),
        Capability(
            name="codesearchnet",
            target="afs.training.converters.codesearchnet:CodeSearchNetConverter",
            summary="Functions and documentation of CodeSearchNet",
        ),
        Capability(
            name="auto",
            target="afs.training.converters.auto:AutoConverter",
            summary="Rows of any of these, each read by the one that knows it",
        ),
    ]


@hookimpl
def afs_commands() -> list[Command]:
    return [
        Command(
            path="training prepare",
            target="afs.training.cli:prepare",
            summary="Split samples into train, val and test",
        ),
        Command(
            path="training convert",
            target="afs.training.convert_cli:convert",
            summary="Write samples in the format of another tool, or its rows as samples",
        ),
        Command(
            path="training analyze",
            target="afs.training.cli:analyze",
            summary="Show domains, lengths, tokens, scores and sources of samples",
        ),
        Command(
            path="training rebalance",
            target="afs.training.rebalance_cli:rebalance",
            summary="Take samples of several sources in the proportions asked for",
        ),
        Command(
            path="training merge",
            target="afs.training.rebalance_cli:merge",
            summary="Merge expert, general and synthetic data, 60/25/15",
        ),
        Command(
            path="training rehearsal-build",
            target="afs.training.rehearsal_cli:rehearsal_build",
            summary="Keep the best of earlier versions' data",
        ),
        Command(
            path="training rehearsal-mix",
            target="afs.training.rehearsal_cli:rehearsal_mix",
            summary="Mix new samples with old ones of a rehearsal buffer",
        ),
        Command(
            path="scoring score",
            target="afs.training.scoring_cli:score",
            summary="Set the quality score of every sample",
        ),
        Command(
            path="scoring analyze",
            target="afs.training.scoring_cli:analyze",
            summary="Show how scores are spread, and what a floor would keep",
        ),
        Command(
            path="scoring calibrate",
            target="afs.training.scoring_cli:calibrate",
            summary="Fit the weights of the score to labelled samples",
        ),
        Command(
            path="train",
            target="afs.training.launch:train",
            summary="Check the data, show the plan, and train an adapter",
        ),
    ]
