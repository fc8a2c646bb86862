from indicators.models.indicators import (
    MAX_DUE_DAYS,
    MAX_SCOPE_LENGTH,
    STATED,
    DerivedForm,
    Direction,
    Frequency,
    HeadlineIndicator,
    Indicator,
    IndicatorGroup,
    Observation,
    Target,
)
from indicators.models.values import ASSUMED, Purpose, ValueReport, ValueReportEvidence, ValueReportStep

__all__ = [
    "ASSUMED",
    "MAX_DUE_DAYS",
    "MAX_SCOPE_LENGTH",
    "STATED",
    "DerivedForm",
    "Direction",
    "Frequency",
    "HeadlineIndicator",
    "Indicator",
    "IndicatorGroup",
    "Observation",
    "Purpose",
    "Target",
    "ValueReport",
    "ValueReportEvidence",
    "ValueReportStep",
]
