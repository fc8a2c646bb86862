class NotAllowed(Exception):
    """The person's role or the present state does not allow a change. Its text says why, in the reader's language.

    `field`: the field of the form to show it at, if it is about one.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
