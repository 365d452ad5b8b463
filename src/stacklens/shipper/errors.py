"""What stops a shipper before it ships: each error is one line for the person who started it."""


class ShipperError(Exception):
    """The shipper cannot start; the text says why and what to do."""


class BadAddressError(ShipperError):
    """`--to` is not an address that lines can be posted to."""


class BadKeyError(ShipperError):
    """The key cannot travel in an HTTP header."""


class StateInUseError(ShipperError):
    """Another shipper holds the state folder."""


class StateUnusableError(ShipperError):
    """The state folder cannot be made or written."""


class UnsupportedPlatformError(ShipperError):
    """There are no file events here that this shipper understands."""


class NoFileEventsError(ShipperError):
    """The kernel gives out no further inotify instance."""
