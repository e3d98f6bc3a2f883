"""Every command has a module that is named like it, and no module serves another command."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import workflows.commands
from workflows.cli.main import COMMANDS


def test_every_command_has_its_module_and_every_module_its_command() -> None:
    modules = [module.name for module in iter_modules(workflows.commands.__path__)]
    assert sorted(modules) == sorted(command.__name__ for command in COMMANDS)


def test_the_body_of_a_command_is_named_like_it() -> None:
    names = [command.__name__ for command in COMMANDS]
    bodies = {name: import_module(f"workflows.commands.{name}") for name in names}
    assert [n for n, body in bodies.items() if not hasattr(body, f"{n}_command")] == []
