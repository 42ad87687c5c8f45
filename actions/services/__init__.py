"""The only writers of this app's tables; what other rooms and apps call is re-exported here."""

from __future__ import annotations

from actions.services.actions import (
    action_activate,
    action_clone,
    action_create,
    action_deactivate,
    action_delete,
    action_snapshot,
    action_update,
)
from actions.services.clearing import targets_erase, texts_clear
from actions.services.documents import REUSABLE, action_freeze, action_validate, action_words
from actions.services.execution import cause_execute
from actions.services.messages import message_claim, message_redeliver, message_settle, message_store
from actions.services.runs import run_retry, runs_create, runs_draft, runs_retry
from actions.services.templates import (
    email_template_activate,
    email_template_clone,
    email_template_create,
    email_template_deactivate,
    email_template_delete,
    email_template_snapshot,
    email_template_test,
    email_template_update,
)

__all__ = [
    "REUSABLE",
    "action_activate",
    "action_clone",
    "action_create",
    "action_deactivate",
    "action_delete",
    "action_freeze",
    "action_snapshot",
    "action_update",
    "action_validate",
    "action_words",
    "cause_execute",
    "email_template_activate",
    "email_template_clone",
    "email_template_create",
    "email_template_deactivate",
    "email_template_delete",
    "email_template_snapshot",
    "email_template_test",
    "email_template_update",
    "message_claim",
    "message_redeliver",
    "message_settle",
    "message_store",
    "run_retry",
    "runs_create",
    "runs_draft",
    "runs_retry",
    "targets_erase",
    "texts_clear",
]
