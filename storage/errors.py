"""What can go wrong with what is kept, each in a sentence that says what to do."""


class OtherModelError(ValueError):
    """The folder holds sightings of another model; vectors of two models cannot be compared."""


class NewerSchemaError(ValueError):
    """A later version of the program wrote this; this version cannot read it."""


class InUseError(OSError):
    """Another process has the index open."""


class NoSpaceError(OSError):
    """The disk is, or would soon be, full."""


class DamagedError(OSError):
    """What was read back is not what was written."""


class LeaseLostError(RuntimeError):
    """Another worker has taken over the chunk."""


class UnavailableError(OSError):
    """The server that keeps the index does not answer, or refuses."""
