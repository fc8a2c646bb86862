from projects.models.projects import Category, Project, ProjectClass, ScopeChange, Stage
from projects.models.terms import Term, TermsChange

__all__ = ["Category", "Project", "ProjectClass", "ScopeChange", "Stage", "Term", "TermsChange"]
