"""The one error a user's mistake raises."""


class InputError(ValueError):
    """A mistake in what the user gave; the message names the thing and the mend."""


class DoubtError(InputError):
    """What was found may be right: a person should look at it."""
