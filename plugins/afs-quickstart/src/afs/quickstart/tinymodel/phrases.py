"""The many ways to ask for an address, a symbol or a meaning, built from interchangeable parts."""

from __future__ import annotations

import random

PLACES = [
    "address",
    "location",
    "memory location",
    "RAM address",
    "offset",
    "hex address",
    "place in memory",
    "byte",
]
SYMBOLS = ["symbol", "label", "variable", "name", "define", "constant", "identifier"]

ADDRESS_QUESTIONS = [
    "What is the {place} of {name}?",
    "What {place} does {name} have?",
    "Which {place} holds {name}?",
    "Which {place} belongs to {name}?",
    "At which {place} is {name}?",
    "At what {place} can I find {name}?",
    "Where is {name}?",
    "Where is {name} defined?",
    "Where in memory is {name}?",
    "Where do I find {name}?",
    "Where can {name} be found?",
    "Where would I look for {name}?",
    "Give me the {place} of {name}.",
    "Give the {place} for {name}.",
    "Tell me the {place} of {name}.",
    "Name the {place} of {name}.",
    "State the {place} that {name} stands for.",
    "Look up {name}.",
    "{name}: which {place}?",
    "{name} is at which {place}?",
    "{name} lives where?",
    "Resolve {name} to its {place}.",
    "I am looking for {name}. Which {place} is it?",
    "To which {place} does {name} point?",
    "What does {name} resolve to?",
    "I want to write to {name}. What {place} do I use?",
    "Which {place} do I watch to see {name} change?",
    "If I read {name}, which {place} do I read?",
    "Translate {name} into a {place}.",
    "Complete: {name} =",
    "Tell me where {name} sits.",
    "In my debugger, which {place} shows {name}?",
    "The code uses {name}. Where does that live?",
    "Do you know the {place} of {name}?",
    "Can you find {name} for me?",
    "{name}?",
    "Take {name}. Where is it?",
    "I have {name} here. Which {place} is that?",
    "The source mentions {name}; which {place} is it?",
    "Someone set {name}. At which {place} did they write?",
    "About {name}: where is it kept?",
    "Where does one find {name}?",
    "Where do they put {name}?",
    "Where has {name} been placed?",
    "Show me where {name} is.",
    "I want the {place} for {name}.",
    "Please give me {name} as a {place}.",
    "{name} = ?",
    "Which {place} was given to {name}?",
    "Where should I poke to change {name}?",
    "How do I reach {name}? Give the {place}.",
    "Under which {place} does the machine know {name}?",
]

SYMBOL_QUESTIONS = [
    "Which {symbol} is at {address}?",
    "Which {symbol} has the address {address}?",
    "Which {symbol} lives at {address}?",
    "What {symbol} does {address} belong to?",
    "What {symbol} sits at {address}?",
    "What is at {address}?",
    "What is {address}?",
    "What is {address} called?",
    "What is the name of {address}?",
    "What do we call {address}?",
    "What does {address} hold?",
    "Give me the {symbol} at {address}.",
    "Give the {symbol} for {address}.",
    "Tell me which {symbol} uses {address}.",
    "Name the {symbol} at {address}.",
    "Name {address}.",
    "Look up {address}.",
    "{address}: which {symbol}?",
    "{address} is which {symbol}?",
    "{address} stands for what?",
    "Resolve {address} to a {symbol}.",
    "Translate {address} into a {symbol}.",
    "I saw a write to {address}. Which {symbol} is that?",
    "The code reads {address}. What is it?",
    "The debugger stops at {address}. Which {symbol} is there?",
    "By which {symbol} does the source know {address}?",
    "Who uses {address}?",
    "Can you identify {address}?",
    "Do you know what {address} is called?",
    "To which {symbol} does {address} belong?",
    "{address}?",
    "Take {address}. What is it?",
    "I have {address} here. Which {symbol} is that?",
    "The source mentions {address}; what is its {symbol}?",
    "Someone wrote {address}. Which {symbol} changed?",
    "At {address} there is something. What?",
    "About {address}: who is it?",
    "A routine touches {address}; which {symbol} is meant?",
    "A store goes to {address}. To whom does it belong?",
    "The value at {address} changed. Which {symbol} is it?",
    "Which {symbol} did we put at {address}?",
    "What lies at {address}?",
    "What occupies {address}?",
    "What is kept under {address}?",
    "Show me what {address} is.",
    "{address} = ?",
    "Who sits at {address}?",
    "Under which {symbol} is {address} known?",
    "If I peek at {address}, which {symbol} do I see?",
]

NOTE_QUESTIONS = [
    "What is {name} for?",
    "What does {name} mean?",
    "What does {name} do?",
    "What does {name} hold?",
    "What does {name} contain?",
    "What is the purpose of {name}?",
    "What is the meaning of {name}?",
    "Explain {name}.",
    "Describe {name}.",
    "Describe what {name} holds.",
    "Document {name}.",
    "Write the comment for {name}.",
    "Why does {name} exist?",
    "Tell me about {name}.",
    "Tell me what {name} is used for.",
    "How is {name} used?",
]

LINE_QUESTIONS = [
    "Define {name}.",
    "Write the definition of {name}.",
    "Show the line that defines {name}.",
    "How is {name} defined?",
]


def phrase(rng: random.Random, template: str, **facts: str) -> str:
    """The template with its facts and with a random word in each open place."""
    text = template.format(place=rng.choice(PLACES), symbol=rng.choice(SYMBOLS), **facts)
    return vary(rng, text)


def vary(rng: random.Random, question: str) -> str:
    """Now and then drop the capital, the final mark, or put the name in backquotes."""
    luck = rng.random()
    if luck < 0.06:
        return question[0].lower() + question[1:]
    if luck < 0.12:
        return question.rstrip("?.")
    return question
