"""What Django REST framework and drf-spectacular are told (part of settings)."""

from __future__ import annotations

from typing import Any

PARSER = "sla_project.operations.rest.parsers.StrictJSONParser"

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "sla_project.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["sla_project.accounts.policy.Configure"],
    "DEFAULT_PARSER_CLASSES": [PARSER],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "sla_project.operations.rest.pages.CursorPages",
    "DEFAULT_METADATA_CLASS": "sla_project.operations.rest.metadata.Metadata",
    "DEFAULT_SCHEMA_CLASS": "sla_project.operations.rest.schema.OperationSchema",
    "DEFAULT_THROTTLE_CLASSES": ["sla_project.operations.rest.throttles.PerCallerThrottle"],
    "EXCEPTION_HANDLER": "sla_project.operations.rest.problems.exception_handler",
    "DEFAULT_FILTER_BACKENDS": ["sla_project.operations.rest.filters.StrictFilterBackend"],
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "UNICODE_JSON": True,
    "STRICT_JSON": True,
    "DATETIME_FORMAT": "iso-8601",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": "SLA Console",
    "DESCRIPTION": (
        "Define service-level agreements, feed cases in, and read how well they are kept. "
        "Times are RFC 3339 in UTC, and one without a zone is taken for UTC; "
        "errors are application/problem+json (RFC 9457). "
        "What is read has an ETag; who changes or deletes it sends that in If-Match (else 428; 412 if it has changed). "
        "What was read can be sent back as it is; to make a new one like it, leave out what the schema marks as "
        "read-only: the answer names what else than that is refused. "
        "Codes of configuration are lower case; those of customers, products and teams are taken as other systems "
        "write them (K.1000/DE, Müller 7), so that FIRST-LINE and first-line are two. Addresses end with a slash."
    ),
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1/",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": True,
    # Two fields with one name and different choices need a name here: "StateEnum" alone is unclear.
    "ENUM_NAME_OVERRIDES": {
        "ActionRunStateEnum": "actions.models.run.ActionRun.State",
        "ActivationEnum": "slas.models.kpi.KPI.State",
        "ActivityStateEnum": "cases.choices.ActivityState",
        "ActivityStatusEnum": "cases.choices.ActivityStatus",
        "CaseStateEnum": "cases.choices.CaseState",
        "CaseStatusEnum": "cases.choices.CaseStatus",
        "CaseTypeEnum": "cases.choices.CaseType",
        "EntitlementStateEnum": "cases.choices.EntitlementState",
        "JobStateEnum": "sla_project.operations.models.JobState",
        "KPIEventKindEnum": "slas.models.instance.KPIEvent.Kind",
        "KPIInstanceStatusEnum": "slas.models.instance.KPIInstance.Status",
        "MessageStateEnum": "actions.models.message.Message.State",
        "OpenCaseStatusEnum": "cases.api.commands.OPEN_STATUSES",
        "RecordChangeKindEnum": "slas.models.record.RecordChange.Kind",
        "RecordChangeSourceEnum": "slas.models.record.RecordChange.Source",
        "SLASourceEnum": "slas.models.record.SLASource",
        "SLAStateEnum": "slas.models.sla.SLA.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "sla_project.operations.rest.schema.add_problem_responses",
        "sla_project.operations.rest.schema.loosen_unions",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
