"""What can go wrong at a vendor, each with one sentence that a person can act on. No message holds a secret."""


class SourceError(Exception):
    """A load that cannot go on; the text says what, where and how to mend it."""


class CredentialsRejectedError(SourceError):
    """The vendor refuses the credentials; the text names the setting."""


class ThrottledError(SourceError):
    """The vendor's limit is used up for longer than a load waits."""


class VendorUnavailableError(SourceError):
    """The vendor fails or cannot be reached, after all retries."""


class UnexpectedAnswerError(SourceError):
    """An answer that does not have the declared shape."""


class ConfigError(SourceError, ValueError):
    """A file of the company's configuration that is missing or wrong; the text names file and line."""
