class NotAllowed(Exception):
    """The person's role or the present state does not allow a change. Its text says why, in the reader's language.

    `field`: the field of the form to show it at, if it is about one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


class CannotCount(Exception):
    """The database cannot count the rows behind a figure. Its text is the database's reason."""
