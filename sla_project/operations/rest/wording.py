"""What DRF and Django say of classes, slugs and primary keys, in the words of this API."""

from __future__ import annotations

from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from rest_framework.fields import SlugField


def in_our_words(pointer: str, code: str, message: str) -> str:
    """By code where that is one fault only; a slug is known by its words."""
    match code:
        case "incorrect_type":
            return _("Expected an id, a whole number.")
        case "not_a_list":
            return _("Expected a list.")
        case "not_a_dict":
            return _("Expected an object.")
        case "unique" if pointer:  # else it is a set of fields, and says which
            return _("This is taken.")
    if message in (str(validate_slug.message), str(SlugField.default_error_messages["invalid"])):
        return _("Use letters without accents, digits, “-” and “_”.")
    return message
