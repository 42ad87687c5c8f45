"""The words of `<condition-builder>`, translated where pages are made; `{…}` is filled in by the element."""

from __future__ import annotations

from django.utils.translation import gettext as _


def builder_texts() -> dict[str, str]:
    return {
        "all": _("All of these hold"),
        "any": _("Any of these holds"),
        "none": _("None of these holds"),
        "kind": _("How the rules of {group} combine"),
        "root": _("the condition"),
        "rule": _("Rule {number}"),
        "group": _("Group {number}"),
        "field": _("Field"),
        "operator": _("Operator"),
        "value": _("Value"),
        "from": _("From"),
        "to": _("To"),
        "and": _("and"),
        "choose_field": _("Choose a field …"),
        "choose_value": _("Choose …"),
        "add_value": _("Add …"),
        "search": _("Type to search …"),
        "yes": _("Yes"),
        "no": _("No"),
        "add_rule": _("Add rule"),
        "add_group": _("Add group"),
        "add_to": _("{what} to {group}"),
        "move_up": _("Move {what} up"),
        "move_down": _("Move {what} down"),
        "remove": _("Remove {what}"),
        "moved": _("{what} moved, now {number}"),
        "added": _("{what} added"),
        "removed": _("{what} removed"),
        "always": _("No rules: this always holds."),
        "empty_any": _("Add a rule or remove the group: “any” of nothing never holds."),
        "empty_group": _("No rules yet."),
        "unknown": _("The builder does not know this part; it stays as it is."),
        "inactive": _("{label} (inactive)"),
        "gone": _("#{id} (gone)"),
        "json": _("Edit as JSON"),
        "json_label": _("Condition as JSON"),
        "unreadable": _("This text cannot be shown as rules: {error} Correct it here; nothing is lost."),
        "not_a_condition": _("it is not a group of rules."),
        "preview_failed": _("The preview could not be made."),
        "too_many": _("A condition can have 200 groups and rules."),
    }
