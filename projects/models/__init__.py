from projects.models.projects import Category, Project, ScopeChange, Stage

__all__ = ["Category", "Project", "ScopeChange", "Stage"]
