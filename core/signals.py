"""The domain signals. Services send them inside the transaction of the change.

`figures_changed`: some change can alter a figure; with `kind`, which is the label of their app, and `cells`: the key of
every cell touched, as it was before the change and as it is after it. `person_changed`: the role, the department, the
city or the state of an account is another; with `person`, as stored, `by`, None for a command, and `successor`, who
takes over what the person looked after, where one was named. `limits_changed`: the days after which a light turns
yellow, or since when, may be others, for every measure, or for those of `plan`, where one is named. `account_changed`:
somebody else did with an account what may let another in; with `person`, `by` and `change`, an
`accounts.models.AccountChange`. `log_alarm`: the check of the night found the log not to be as it was sealed; with
`found`, the number of its faults. `action`: somebody did something with a row that others should hear of; with
`target`, the row, whose class sends it, `by`, and `verb`: the move of a report or a problem, a
`measures.models.MeasureEvent` or a `core.scope.ScopeKind`; with `department`, an id, where only that one should.
"""

from django.dispatch import Signal

figures_changed = Signal()
person_changed = Signal()
limits_changed = Signal()
account_changed = Signal()
log_alarm = Signal()
action = Signal()
