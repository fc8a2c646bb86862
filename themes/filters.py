from web.lists.filters import SearchFilter, UpdatedFilterSet

# The API and the search of the whole site find them alike.
THEME_SEARCH = SearchFilter("slug", names=["name"])


class ThemeFilter(UpdatedFilterSet):
    search = THEME_SEARCH


THEME_ORDERINGS = {"number": ["number"], "slug": ["slug"]}
