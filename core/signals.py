"""The one domain signal: some change can alter a figure.

Sent inside the transaction of the change, with every cell touched, as it was before and as it is
after: `kind` is "measures" with cells {(plan_id, section_id, lead_department_id), …} or "projects"
with {(plan_id, city_id, category, stage), …}.
"""

from django.dispatch import Signal

figures_changed = Signal()
