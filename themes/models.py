from auditlog.registry import auditlog
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.bounds import texts_bound
from core.names import named_bound
from core.provenance import Sourced
from core.texts import MAX_TEXT_LENGTH
from core.timestamps import UpdatedAtModel, UpdatedAtQuerySet, track_links
from measures.models import Module, show_with_rows_of


class Theme(Sourced, UpdatedAtModel):
    """A plan's work on one subject (专题), such as energy: some of its priority areas, categories of projects,
    indicators and single measures.

    Its measures are those of its priority areas and those that it names itself; its projects are those of its
    categories. `measures.querysets` and `projects.querysets` have both as `in_themes`.
    """

    plan = models.ForeignKey("measures.Plan", models.PROTECT, related_name="themes", verbose_name=_("Action plan"))
    slug = models.SlugField(_("Name in addresses"))
    number = models.PositiveSmallIntegerField(_("Number"))
    name_zh = models.CharField(_("Name (Chinese)"), max_length=60, blank=True)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)
    note_zh = models.TextField(_("Note (Chinese)"), blank=True, max_length=MAX_TEXT_LENGTH)
    note_en = models.TextField(_("Note (English)"), blank=True, max_length=MAX_TEXT_LENGTH)
    sections = models.ManyToManyField(
        "measures.Section", blank=True, related_name="themes", verbose_name=_("Priority areas")
    )
    categories = models.ManyToManyField(
        "projects.Category", blank=True, related_name="themes", verbose_name=_("Categories of projects")
    )
    indicators = models.ManyToManyField(
        "indicators.Indicator", blank=True, related_name="themes", verbose_name=_("Indicators")
    )
    measures = models.ManyToManyField(
        "measures.Measure", blank=True, related_name="themes", verbose_name=_("Single measures")
    )

    objects = UpdatedAtQuerySet.as_manager()

    class Meta(Sourced.Meta):
        verbose_name = _("Theme")
        verbose_name_plural = _("themes")
        ordering = ["plan", "number"]
        constraints = [
            *Sourced.Meta.constraints,
            named_bound("name", name="theme_is_named"),
            models.UniqueConstraint(fields=["plan", "slug"], name="theme_slug_once_a_plan"),
            models.UniqueConstraint(fields=["plan", "number"], name="theme_number_once_a_plan"),
            texts_bound("note_zh", "note_en", most=MAX_TEXT_LENGTH, name="theme_note_in_bounds"),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_en


MEMBERS = ("sections", "categories", "indicators", "measures")

for _name in MEMBERS:
    track_links(getattr(Theme, _name), on={Theme})
auditlog.register(Theme, exclude_fields=["updated_at"], m2m_fields=set(MEMBERS))
show_with_rows_of(Theme, Module.THEMES)
