"""Whatever one plugin does, help, version, the list and every other plugin work, and the fault has a name."""

from __future__ import annotations

from typing import Any

import pytest

HOOK = "from afs_core import Capability, Command, hookimpl\n"
COMMAND = (
    HOOK
    + "import click\n@hookimpl\n"
    + "def afs_commands(): return [Command(path='{0}', target='{0}_plugin:go')]\n"
)

#: What a declaration does, the state it gets, and words of the error.
FAULTS = {
    "raises at import": ("raise ValueError('boom')", "failed", "ValueError: boom"),
    "exits at import": ("import sys\nsys.exit(3)", "failed", "SystemExit: 3"),
    "asserts at import": ("assert False, 'never'", "failed", "AssertionError: never"),
    "does not parse": ("def (", "failed", "SyntaxError"),
    "needs an absent module": ("import nowhere_at_all", "failed", "nowhere_at_all"),
    "raises its own kind": ("class Odd(BaseException): pass\nraise Odd('odd')", "failed", "Odd: odd"),
    "wrong hook signature": (
        HOOK + "@hookimpl\ndef afs_generators(nonsense): return []",
        "failed",
        "nonsense",
    ),
    "unknown hook": (
        HOOK + "@hookimpl\ndef afs_generatorz(): return []",
        "failed",
        "unknown hook 'afs_generatorz'; did you mean 'afs_generators'?",
    ),
    "newer API": ("AFS_API = 99", "incompatible", "newer than this core's"),
    "older API": ("AFS_API = 0", "incompatible", "older than the oldest"),
    "API no number": ("AFS_API = 'one'", "failed", "expected a whole number"),
    "hook raises": (HOOK + "@hookimpl\ndef afs_commands(): raise OSError('no')", "failed", "OSError: no"),
    "hook exits": (HOOK + "@hookimpl\ndef afs_commands(): raise SystemExit", "failed", "SystemExit"),
    "hook returns a dict": (
        HOOK + "@hookimpl\ndef afs_commands(): return {}",
        "failed",
        "afs_commands returned dict, expected list[Command]",
    ),
    "hook returns strings": (
        HOOK + "@hookimpl\ndef afs_scorers(): return ['x']",
        "failed",
        "expected Capability",
    ),
    "field of a wrong type": (
        HOOK + "@hookimpl\ndef afs_scorers(): return [Capability(name=1, target='a:b')]",
        "failed",
        "Expected `str`",
    ),
    "target without attribute": (
        HOOK + "@hookimpl\ndef afs_scorers(): return [Capability(name='x', target='nowhere')]",
        "failed",
        "expected 'package.module:attribute'",
    ),
    "one name twice": (
        HOOK + "@hookimpl\ndef afs_scorers(): return [Capability(name='x', target='a:b')] * 2",
        "failed",
        "offers the capability 'scorers/x' twice",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_one_plugin_at_fault_harms_no_other(sandbox: Any, case: str) -> None:
    source, state, words = FAULTS[case]
    sandbox.install("bad", source, distribution="afs-bad", version="0.7")

    for _ in range(2):  # out of discovery, then out of the catalogue
        shown = sandbox.afs("--help")
        assert shown.returncode == 0
        assert "good hello" in shown.stdout
        assert "1 plugin failed: afs plugins list" in shown.stdout
    version = sandbox.afs("--version")
    assert (version.returncode, version.stdout) == (0, "afs 0.1.0\n")
    hello = sandbox.afs("good", "hello")
    assert (hello.returncode, hello.stdout, hello.stderr) == (0, "hello\n", "")

    statuses = sandbox.plugins()
    assert statuses["good"]["state"] == "loaded"
    bad = statuses["bad"]
    assert (bad["state"], bad["distribution"], bad["version"]) == (state, "afs-bad", "0.7")
    assert words in bad["error"]
    assert bad["remedy"].startswith(("afs plugins disable bad", "pip install"))

    listed = sandbox.afs("plugins", "list")
    assert listed.returncode == 0
    assert f"plugin bad (afs-bad 0.7) is {state}: " in listed.stdout
    assert words in listed.stdout and bad["remedy"] in listed.stdout


def test_the_place_of_the_fault_is_told(sandbox: Any) -> None:
    file = sandbox.install("bad", "\n\nraise ValueError('boom')")
    assert f"{file}:3" in sandbox.plugins()["bad"]["error"]


def test_the_remedy_works(sandbox: Any) -> None:
    sandbox.install("bad", "raise ValueError")
    remedy = sandbox.plugins()["bad"]["remedy"].split()
    assert remedy[0] == "afs" and sandbox.afs(*remedy[1:]).returncode == 0
    assert sandbox.plugins()["bad"]["state"] == "disabled"
    assert "failed" not in sandbox.afs("--help").stdout


def test_what_a_declaration_prints_is_not_data(sandbox: Any) -> None:
    sandbox.install("loud", "print('look at me')")
    result = sandbox.afs("plugins", "list", "--json")
    assert "look at me" in result.stderr and result.stdout.startswith("{")


def test_strict_mode_raises(sandbox: Any) -> None:
    sandbox.install("bad", "raise ValueError('boom')")
    result = sandbox.afs("good", "hello", env={"AFS_PLUGINS_STRICT": "1"})
    assert result.returncode == 1
    assert "plugin bad (afs-bad 1.0): ValueError: boom" in result.stderr


def test_metadata_that_cannot_be_read_hides_no_other_plugin(sandbox: Any) -> None:
    broken = sandbox.site / "broken-1.0.dist-info"
    broken.mkdir()
    (broken / "METADATA").write_text("Name: broken\n")
    (broken / "entry_points.txt").write_text("[afs.plugins]\nno equals sign here\n")
    assert sandbox.plugins()["good"]["state"] == "loaded"
    assert sandbox.afs("good", "hello").returncode == 0


def test_two_distributions_with_one_plugin_name(sandbox: Any) -> None:
    sandbox.install("twin", "raise ValueError('never imported')", distribution="afs-one", module="one_plugin")
    sandbox.install("twin", "raise ValueError('never imported')", distribution="afs-two", module="two_plugin")
    twin = sandbox.plugins()["twin"]
    assert twin["state"] == "duplicate"
    assert "afs-one 1.0" in twin["error"] and "afs-two 1.0" in twin["error"]
    assert twin["remedy"].startswith("pip uninstall afs-")
    assert sandbox.afs("good", "hello").returncode == 0
    assert "1 plugin failed" in sandbox.afs("--help").stdout


def test_two_plugins_with_one_command(sandbox: Any) -> None:
    source = HOOK + "@hookimpl\ndef afs_commands(): return [Command(path='good hello', target='x:y')]"
    sandbox.install("rival", source)
    result = sandbox.afs("good", "hello")
    assert result.returncode == 2
    assert "plugin good (afs-good 2.1) and plugin rival (afs-rival 1.0)" in result.stderr
    assert "afs plugins disable good or afs plugins disable rival" in result.stderr
    assert sandbox.afs("--help").returncode == 0
    assert sandbox.plugins()["rival"]["state"] == "loaded"


def test_two_plugins_with_one_capability(sandbox: Any) -> None:
    source = (
        HOOK + "@hookimpl\ndef afs_generators(): return [Capability(name='echo', target='good_plugin:Echo')]"
    )
    sandbox.install("rival", source)
    find = "from afs_core import Registry\nprint(Registry.load().find('generators', {!r}).plugin)"
    bare = sandbox.run("-c", find.format("echo"))
    assert "generators/echo is offered by plugin good (afs-good 2.1) and plugin rival" in bare.stderr
    assert sandbox.run("-c", find.format("good/echo")).stdout == "good\n"
    assert sandbox.run("-c", find.format("rival/echo")).stdout == "rival\n"
    assert sandbox.afs("good", "hello").returncode == 0


def test_an_unknown_name_in_the_configuration(sandbox: Any) -> None:
    sandbox.configure("[plugins]\nenabled = [\n  'good',\n  'wizard',\n]\ndisabled = ['goood']\n")
    statuses = sandbox.plugins()
    assert statuses["good"]["state"] == "loaded"
    assert statuses["wizard"]["state"] == statuses["goood"]["state"] == "missing"
    assert "config.toml:2" in statuses["wizard"]["error"]
    assert "did you mean 'good'?" in statuses["goood"]["error"]
    assert sandbox.afs("good", "hello").returncode == 0
    assert "2 plugins failed: afs plugins list" in sandbox.afs("--help").stdout


def test_a_misspelt_name_fails_what_needs_the_plugin(sandbox: Any) -> None:
    sandbox.configure("[plugins]\nenabled = ['goood']\n")
    result = sandbox.afs("good", "hello")
    assert result.returncode == 2
    assert "did you mean 'good'?" in result.stderr and "config.toml:2" in result.stderr
    assert sandbox.afs("plugins", "list").returncode == 0
    assert sandbox.afs("--version").returncode == 0


def test_a_missing_requirement(sandbox: Any) -> None:
    source = (
        HOOK
        + "@hookimpl\ndef afs_commands(): return [Command(path='need it', target='x:y',"
        + " requires=('not_there: pip install not-there==3',))]"
    )
    sandbox.install("needy", source)
    result = sandbox.afs("need", "it")
    assert result.returncode == 5
    assert "plugin needy (afs-needy 1.0) needs the module not_there" in result.stderr
    assert "pip install not-there==3" in result.stderr
    assert "need it" in sandbox.afs("--help").stdout
    assert sandbox.afs("good", "hello").returncode == 0


def test_an_unknown_key_in_a_plugin_section(sandbox: Any) -> None:
    sandbox.configure("[plugins.good.echo]\ncount = 5\ncuont = 4\n")
    assert sandbox.afs("good", "hello").returncode == 0
    assert sandbox.plugins()["good"]["state"] == "loaded"
    assert sandbox.afs("--help").returncode == sandbox.afs("--version").returncode == 0
    result = sandbox.afs("generate", "echo", "--no-redact")
    assert result.returncode == 2
    assert "config.toml:3" in result.stderr and "did you mean 'count'?" in result.stderr


def test_a_command_that_breaks_down(sandbox: Any) -> None:
    source = COMMAND.format("crash") + "@click.command()\ndef go(): raise RuntimeError('went\\nwrong')"
    sandbox.install("crash", source, version="3.2")
    result = sandbox.afs("crash")
    assert result.returncode == 1
    first = result.stderr.splitlines()[0]
    assert first == "error: plugin crash (afs-crash 3.2): unexpected RuntimeError: went wrong"
    assert "Traceback" not in result.stderr
    log = sandbox.home / ".local" / "state" / "afs" / "afs.log"
    assert str(log) in result.stderr and "went" in log.read_text() and "Traceback" in log.read_text()
    assert "Traceback" in sandbox.afs("crash", "--traceback").stderr


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("raise SystemExit(7)", 7),
        ("raise KeyboardInterrupt", 130),
        ("import afs_core; raise afs_core.GateRefused('no')", 3),
        ("import afs_core; raise afs_core.CredentialMissing('no')", 4),
        ("import afs_core; raise afs_core.BudgetReached('no')", 6),
        ("return 9", 0),
    ],
)
def test_exit_codes_of_plain_click_commands(sandbox: Any, body: str, code: int) -> None:
    source = COMMAND.format("end") + f"@click.command()\ndef go():\n    {body}"
    sandbox.install("end", source)
    assert sandbox.afs("end").returncode == code


def test_a_target_that_is_not_there(sandbox: Any) -> None:
    source = HOOK + "@hookimpl\ndef afs_commands(): return [Command(path='gone', target='gone_plugin:go')]"
    sandbox.install("gone", source)
    result = sandbox.afs("gone")
    assert result.returncode == 1
    assert "afs gone of plugin gone (afs-gone 1.0)" in result.stderr
