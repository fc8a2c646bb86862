"""Views behind the callbacks of addresses. It imports no model: errors are answered before the apps are loaded, too."""

from typing import Any


def made_from(callback: Any) -> Any:
    """The view as each request makes it; None of a function."""
    page, endpoint = getattr(callback, "view_class", None), getattr(callback, "cls", None)
    if page is not None:
        return page(**callback.view_initkwargs)
    return endpoint(**callback.initkwargs) if endpoint is not None else None
