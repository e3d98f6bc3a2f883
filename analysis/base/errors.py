"""The one error a user's mistake raises."""


class InputError(ValueError):
    """A mistake in what the user gave; the message names the thing and the fix."""


class DoubtError(InputError):
    """The finding may be right: a person should check it."""
