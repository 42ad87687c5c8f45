from __future__ import annotations

from actions.models.action import Action
from actions.models.message import DeliveryAttempt, Message
from actions.models.run import ActionRun
from actions.models.template import EmailTemplate

__all__ = ["Action", "ActionRun", "DeliveryAttempt", "EmailTemplate", "Message"]
