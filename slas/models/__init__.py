"""The tables of the SLA engine, one module per noun."""

from slas.models.immutable import ImmutableRow
from slas.models.instance import EventRun, KPIEvent, KPIInstance
from slas.models.kpi import KPI
from slas.models.record import Lifecycle, RecordChange, RelatedChange, SLASource, TrackedRecord
from slas.models.report import ReportMailing, SavedReport
from slas.models.schedule import BusinessHours, Holiday, HolidaySchedule, ScheduleVersion
from slas.models.sla import SLA, SLAVersion

__all__ = [
    "KPI",
    "SLA",
    "BusinessHours",
    "EventRun",
    "Holiday",
    "HolidaySchedule",
    "ImmutableRow",
    "KPIEvent",
    "KPIInstance",
    "Lifecycle",
    "RecordChange",
    "RelatedChange",
    "ReportMailing",
    "SLASource",
    "SLAVersion",
    "SavedReport",
    "ScheduleVersion",
    "TrackedRecord",
]
