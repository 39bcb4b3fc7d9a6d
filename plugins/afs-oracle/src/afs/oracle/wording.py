"""How a fact is asked for: in training data, and, in other words, by a probe.

A fact is a key, a value and the relation between them. ``{key}`` stands for the key. No phrase of
three words of a probe occurs in a question of the same kind.
"""

from __future__ import annotations

__all__ = ["PROBES", "QUESTIONS"]

#: Wordings of the training data, by kind of sample; some kinds ask for several sorts of things.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "address": (
        "What is the address of {key}?",
        "At which address is {key} stored?",
        "Give the address of {key}.",
        "Which address does {key} name?",
        "Tell me the address that {key} uses.",
        "What address do I watch for {key}?",
        "To which address does {key} resolve?",
        "Look up the address of {key}.",
    ),
    "address-rom": (
        "What is the address of {key}?",
        "Give the address of {key}.",
        "Which address does {key} name?",
        "Tell me the address that {key} uses.",
        "To which address does {key} resolve?",
        "Look up the address of {key}.",
    ),
    "symbol": (
        "Which symbol is at {key}?",
        "Name the symbol at {key}.",
        "What does the memory map call {key}?",
        "Give the name of {key}.",
        "Which name does the source give to {key}?",
        "Look up the symbol for {key}.",
        "Which variable is defined as {key}?",
        "Tell me the symbol that names {key}.",
    ),
    "symbol-rom": (
        "Which symbol is at {key}?",
        "Name the symbol at {key}.",
        "Give the name of {key}.",
        "Which name does the source give to {key}?",
        "Look up the symbol for {key}.",
        "Tell me the symbol that names {key}.",
    ),
    "purpose": (
        "What does {key} hold?",
        "What is {key} for?",
        "Describe the variable {key}.",
        "What is kept in {key}?",
    ),
    "purpose-rom": (
        "What is {key} for?",
        "What do the sources say of {key}?",
        "Say what is at {key}.",
        "Describe {key} in a few words.",
    ),
    "purpose-number": (
        "What does the number {key} mean?",
        "What is {key} for?",
        "For what does {key} stand?",
        "Describe the constant {key}.",
    ),
    "constant": (
        "What is the value of {key}?",
        "Which value does {key} have?",
        "Give the value of the constant {key}.",
        "As which number is {key} defined?",
    ),
    "bits": (
        "Which bits does {key} have?",
        "Explain the bit field {key}.",
        "What do the bits of {key} mean?",
        "List the flags in {key}.",
    ),
    "bit": (
        "What does {key} mean?",
        "Explain {key}.",
        "What is {key} for?",
        "Describe {key}.",
    ),
    "bit-range": (
        "What do {key} mean?",
        "Explain {key}.",
        "What are {key} for?",
        "Describe {key}.",
    ),
    "values": (
        "Which values can {key} take?",
        "What do the values of {key} mean?",
        "List the values of {key}.",
        "Explain the values that {key} holds.",
    ),
    "group": (
        "Which names are defined under {key}?",
        "List the definitions below the comment {key}.",
        "What belongs to {key}?",
        "Show what is defined under {key}.",
    ),
    "settings": (
        "Which values does {key} set for itself?",
        "List the defines that are particular to {key}.",
        "With which settings does {key} begin?",
        "What does {key} define differently from other files?",
    ),
    "struct": (
        "Which fields does the struct {key} have?",
        "Describe the layout of the struct {key}.",
        "List the fields of {key} with their places.",
        "How is the struct {key} laid out?",
    ),
    "field": (
        "At which place does the struct put {key}?",
        "What is the offset of {key}?",
        "Give the offset of the field {key}.",
        "Which offset does {key} have?",
    ),
    "table": (
        "What does the table {key} hold?",
        "Describe the table {key}.",
        "Show the data of {key}.",
        "What is in the table {key}?",
    ),
    "entry": (
        "Which data stands at {key}?",
        "Give the row {key}.",
        "What does the source put at {key}?",
        "Look up the row {key}.",
    ),
    "pointer": (
        "To which label does {key} point?",
        "Which label is {key}?",
        "Name the label at {key}.",
        "Follow {key}: which label does it name?",
    ),
    "macro": (
        "What does the macro {key} expand to?",
        "Explain the macro {key}.",
        "Show the macro {key} and say what it does.",
        "How is the macro {key} defined?",
    ),
    "macro-code": (
        "What does the macro {key} expand to?",
        "Show the macro {key}.",
        "Give the code of the macro {key}.",
        "How is the macro {key} defined?",
    ),
    "macro-use": (
        "How is the macro {key} used?",
        "Where is the macro {key} called?",
        "Give examples of calls of {key}.",
        "Show how the sources call {key}.",
    ),
    "function": (
        "What does the function {key} of the assembler compute?",
        "Explain the asar function {key}.",
        "How is the function {key} defined, and what is it for?",
        "Describe the function {key} that the sources define.",
    ),
    "function-code": (
        "How is the asar function {key} defined?",
        "Show the definition of the function {key}.",
        "Give the formula behind the function {key}.",
        "What does the function {key} of the assembler compute?",
    ),
    "hook": (
        "What does the patch at {key} do?",
        "Explain the hook at {key}.",
        "What does the hack put at {key}?",
        "How does the source change the game at {key}?",
    ),
    "hook-code": (
        "What does the hack put at {key}?",
        "Show the patch at {key}.",
        "Which code does the source put at {key}?",
        "Give the code of the hook at {key}.",
    ),
    "hooked": (
        "Through which patched address is {key} entered?",
        "Which patched address leads to {key}?",
        "Give the address of the hook that calls {key}.",
        "Which address is patched for {key}?",
    ),
    "routine": (
        "What does the routine {key} do?",
        "Explain the routine {key}.",
        "Describe {key}.",
        "Summarise what {key} does.",
    ),
    "contract": (
        "What goes into the routine {key}, and what comes out?",
        "Which inputs and outputs do the comments give for {key}?",
        "What do the comments say of how to call {key}?",
        "Say what {key} takes and returns.",
    ),
    "code": (
        "Explain the routine {key}.",
        "What does this code of {key} do?",
        "Describe the following routine, {key}.",
        "Read the code of {key} and say what it does.",
    ),
    "part": (
        "What does the part {key} do?",
        "Explain this part: {key}.",
        "Describe the code behind {key}.",
        "Read the part {key} and say what it does.",
    ),
    "line": (
        "What is noted beside {key}?",
        "Which comment stands behind {key}?",
        "Explain {key}.",
        "What do the sources say about {key}?",
    ),
    "write": (
        "Write the routine {key} in 65816 assembly.",
        "Implement {key} for asar.",
        "Give the assembly code of {key}.",
        "Program the routine {key}.",
    ),
    "write-macro": (
        "Write the macro {key} for asar.",
        "Implement the macro {key}.",
        "Give the definition of the macro {key}.",
        "Program {key} as a macro.",
    ),
    "write-hook": (
        "Write the patch for {key} in asar syntax.",
        "Implement the hook at {key}.",
        "Give the code that patches {key}.",
        "Program the change at {key}.",
    ),
    "routine-name": (
        "Which routine does this? {key}",
        "Name the routine that fits this description: {key}",
        "This is the comment of which routine? {key}",
        "To which routine does this comment belong? {key}",
    ),
    "callees": (
        "Which routines does {key} call?",
        "List what {key} calls and jumps to.",
        "What does {key} rely on?",
        "Which other code does {key} run?",
    ),
    "callers": (
        "Which routines call {key}?",
        "Who uses the routine {key}?",
        "List the callers of {key}.",
        "From where is {key} reached?",
    ),
    "memory": (
        "Which memory does {key} read and write?",
        "List the variables that {key} touches.",
        "What does {key} read, and what does it change?",
        "Which addresses does the code of {key} use?",
    ),
    "state": (
        "Which widths of A, X and Y does {key} expect and leave?",
        "What happens to the M and X flags in {key}?",
        "In which M and X state does {key} work?",
        "How wide are the registers before and after {key}?",
    ),
    "writers": (
        "Which routines write {key}?",
        "Who changes {key}?",
        "List the code that stores to {key}.",
        "Where do the sources write {key}?",
    ),
    "readers": (
        "Which routines read {key}?",
        "Who looks at {key}?",
        "List the code that loads from {key}.",
        "Where do the sources read {key}?",
    ),
    "heading": (
        "Which section begins like this? {key}",
        "Name the section that starts with: {key}",
        "This opens which section? {key}",
        "To which section does this text belong? {key}",
    ),
    "row": (
        "What is said of {key}?",
        "Look up {key}.",
        "Give the entry {key}.",
        "Read out {key}.",
    ),
    "term": (
        "What do the documents say of {key}?",
        "Explain {key}.",
        "What is meant by {key}?",
        "Describe {key}.",
    ),
    "steps": (
        "What are the steps of {key}?",
        "List the steps of {key} in their order.",
        "How does {key} go, step by step?",
        "Give all steps of {key}.",
    ),
    "points": (
        "What does the numbered list of {key} say?",
        "Give the numbered list of {key}.",
        "List the numbered points of {key} in their order.",
        "Which points does {key} number?",
    ),
    "point": (
        "In the numbered list, what comes after {key}?",
        "Give the numbered point that follows {key}.",
        "Which numbered point stands below {key}?",
        "What does the numbered list say next, after {key}?",
    ),
    "question": ("{key}",),
    "chapters": (
        "In which order do the parts of {key} come?",
        "List the parts of {key} in their order.",
        "How is {key} divided, from first to last?",
        "Give all numbered parts of {key}.",
    ),
    "order": (
        "What comes after {key}?",
        "What follows {key}?",
        "Name the step behind {key}.",
        "Which step is next after {key}?",
    ),
    "part-order": (
        "Which part comes after {key}?",
        "What follows {key}?",
        "Name the part behind {key}.",
        "Which part is next after {key}?",
    ),
    "file": (
        "What does the file {key} hold?",
        "Give an overview of {key}.",
        "Describe the source file {key}.",
        "What is defined in {key}?",
    ),
    "folder": (
        "What does the folder {key} hold?",
        "Give an overview of the folder {key}.",
        "Which files are in {key}?",
        "Describe the folder {key}.",
    ),
    "includes": (
        "In which order does {key} read in other files?",
        "List the files that {key} includes, in order.",
        "Which sources does {key} include?",
        "What does {key} assemble, and in which order?",
    ),
}

#: Wordings of probes, by the kind of sample that teaches the fact.
PROBES: dict[str, tuple[str, ...]] = {
    "address": (
        "Where does the game keep {key}?",
        "Where in memory would I find {key}?",
        "I want to change {key}. Where do I look?",
        "Where can {key} be found?",
    ),
    "symbol": (
        "What lives at {key}?",
        "What occupies {key}?",
        "The debugger stops at {key}. Who is there?",
        "I saw a write to {key}. What changed?",
    ),
    "routine-name": (
        "I need the code for the following. How is it called? {key}",
        "Where would I set a breakpoint to see this happen? {key}",
        "Some code was written for this task. Under which label? {key}",
    ),
    "heading": (
        "Under which title should I look this up? {key}",
        "I remember only these words. Where were they written? {key}",
        "What would the table of contents call this? {key}",
    ),
    "constant": (
        "How much is {key} in this project?",
        "Somebody wrote #{key}. Which number gets assembled?",
        "I replace {key} by a plain number. Which one?",
    ),
    "bit": (
        "If somebody sets {key}, what have they switched on?",
        "A dump shows {key} set. What happened?",
        "When would I find {key} to be 1?",
    ),
    "field": (
        "How many bytes into its record lies {key}?",
        "I count from the start of a record. Where do I meet {key}?",
        "My pointer is at the record. What do I add to reach {key}?",
    ),
    "entry": (
        "If I peek into the ROM there, what do I see for {key}?",
        "Somebody lost the line for {key}. How did it go?",
        "Type in again what was written for {key}.",
    ),
    "row": (
        "My printout is torn just behind {key}. What stood there?",
        "Remind me how it continues beside {key}.",
        "I only have the first cell of {key}. Fill in the rest.",
    ),
    "order": (
        "I am done with {key}. Where do I go now?",
        "Having finished {key}, what should I turn to?",
        "My guide breaks off at {key}. How would it go on?",
    ),
    "hooked": (
        "Where in the old code would I break to see {key} start?",
        "Somebody jumped into {key} from the untouched game. Whence?",
        "On the way into {key}, which place in the ROM was altered?",
    ),
}
