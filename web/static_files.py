"""Static files under addresses that name their content, so that a browser may keep them for a year."""

import os
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware


class HashedFilesStorage(ManifestStaticFilesStorage):
    """Gives a collected file the address with its hash, and one that was not collected the plain one."""

    # Scripts of ours name no other file, and those of others a map that does not come along.
    patterns = tuple(each for each in ManifestStaticFilesStorage.patterns if each[0] == "*.css")

    def stored_name(self, name: str) -> str:
        name = self.clean_name(name)
        return self.hashed_files.get(self.hash_key(name), name)

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:
            # A style sheet names a file that does not come along.
            return name


class StaticFilesMiddleware(WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Serves static files, also from their Brotli file once that is made: the server starts before."""

    # Seconds for which a browser keeps a file whose address has its hash. Ten times as long would win nobody anything.
    FOREVER = 365 * 24 * 3600

    def __init__(self, *args: Any, **options: Any) -> None:
        # Address -> path.
        self.without_brotli: dict[str, str] = {}
        super().__init__(*args, **options)

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        super().add_file_to_dictionary(url, path, stat_cache)
        if path.startswith(f"{self.static_root}{os.sep}") and not os.path.exists(f"{path}.br"):
            self.without_brotli[url] = path

    def __call__(self, request: Any) -> Any:
        path = self.without_brotli.get(request.path_info)
        if path is not None and os.path.exists(f"{path}.br"):
            self.add_file_to_dictionary(request.path_info, path)
            self.without_brotli.pop(request.path_info, None)
        return super().__call__(request)
