"""The manners of the REST API that all resources share.

Nothing here may import `rest_framework.views`: that module loads these as its defaults.
"""

from sla_project.operations.etags import etag_of
from sla_project.operations.rest.etags import PreconditionRequired, check_if_match
from sla_project.operations.rest.pages import CursorPages
from sla_project.operations.rest.parsers import StrictJSONParser
from sla_project.operations.rest.problems import exception_handler, problem_response

__all__ = [
    "CursorPages",
    "PreconditionRequired",
    "StrictJSONParser",
    "check_if_match",
    "etag_of",
    "exception_handler",
    "problem_response",
]
