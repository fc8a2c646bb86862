class NotAllowed(Exception):
    """A change that the person's role or the present state does not allow; its text says why, in the reader's language.

    `field`: the field of the form that it belongs to, if it is one field's fault.
    """

    def __init__(self, sentence: str, *, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field
