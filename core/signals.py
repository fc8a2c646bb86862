"""The one domain signal: some change can alter a figure.

Services send it inside the transaction of the change, with `kind`, which is the label of their app, and `cells`: the
key of every cell touched, as it was before the change and as it is after it.
"""

from django.dispatch import Signal

figures_changed = Signal()
