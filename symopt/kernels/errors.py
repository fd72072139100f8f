"""What a kernel says when it is asked for something that has no answer."""


class KernelError(ValueError):
    """A definition that has no such kernel, or a kernel that was given something it cannot use.

    The message names the definition, the thing, and what would be right.
    """


class MissingExtra(ImportError):
    """A backend whose library is not installed; the message says how to install it."""
