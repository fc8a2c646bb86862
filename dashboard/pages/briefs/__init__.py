"""Briefs: the state of a plan, a section, a department or a city on one sheet of A4.

`measures_brief` and `city_brief` say what stands on it, once for the page and the Word file.
"""

from dashboard.pages.briefs.cities import city_brief
from dashboard.pages.briefs.measures import measures_brief
from dashboard.pages.briefs.sheet import Brief

__all__ = ["Brief", "city_brief", "measures_brief"]
