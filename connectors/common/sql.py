"""Text inside of SQL."""


def quoted(text: object) -> str:
    """A path or a value as the inside of an SQL text: `attach '{quoted(file)}'`."""
    return str(text).replace("'", "''")
