"""What changes projects. Each is all or nothing, says who, and signals the cells it touched."""

from django.db import transaction

from accounts.models import User
from core.signals import figures_changed
from projects.models import Project

Cell = tuple[int, int, str, str]


def cell_of(project: Project) -> Cell:
    return (project.plan_id, project.city_id, project.category, project.stage)


@transaction.atomic
def save_project(project: Project, *, by: User) -> Project:
    """Adds a project, or saves a changed one; signals the cells that it leaves and enters."""
    stored = None if project.pk is None else Project.objects.select_for_update().get(pk=project.pk)
    project.save()
    cells = {cell_of(each) for each in (stored, project) if each}
    if stored and stored.listed_on != project.listed_on:
        # A measure shows which of its projects are listed.
        project.measures.mark_updated()
    figures_changed.send(sender=Project, kind="projects", cells=cells)
    return project


@transaction.atomic
def remove_project(project: Project, *, by: User) -> None:
    stored = Project.objects.select_for_update().get(pk=project.pk)
    project.delete()
    figures_changed.send(sender=Project, kind="projects", cells={cell_of(stored)})
