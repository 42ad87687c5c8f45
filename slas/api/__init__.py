"""The REST resources of this app: thin doors to the services."""

from __future__ import annotations

from sla_project.operations.rest.routers import ConsoleRouter
from slas.api.clocks.instances import KPIInstanceViewSet
from slas.api.hours.schedules import BusinessHoursViewSet, HolidayScheduleViewSet
from slas.api.policy.kpis import KPIViewSet
from slas.api.policy.slas import SLAViewSet
from slas.api.record_types import RecordTypeViewSet
from slas.api.reports.compliance import ComplianceReportView
from slas.api.reports.saved_reports import SavedReportViewSet
from slas.api.settings import SettingsView


def register(router: ConsoleRouter) -> None:
    router.register_single("settings", SettingsView)
    router.register("record-types", RecordTypeViewSet, basename="record-type")
    router.register("kpis", KPIViewSet, basename="kpi")
    router.register("business-hours", BusinessHoursViewSet, basename="business-hours")
    router.register("holiday-schedules", HolidayScheduleViewSet, basename="holiday-schedule")
    router.register("slas", SLAViewSet, basename="sla")
    router.register("kpi-instances", KPIInstanceViewSet, basename="kpi-instance")
    router.register_single("reports/compliance", ComplianceReportView)
    router.register("reports/saved", SavedReportViewSet, basename="saved-report")
