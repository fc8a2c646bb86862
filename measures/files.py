"""Which files may be evidence: told by their content, never by their name."""

from django.core.files.base import File


def check_file(file: File) -> str:
    """The content type of a document or picture. Raises MoveNotAllowed for anything else, and for what is too large."""
    raise NotImplementedError
