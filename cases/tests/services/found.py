"""`python -m cases.tests.services.found`: an empty database becomes a desk with one administrator; prints the token."""

from __future__ import annotations

import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sla_project.settings")


def main() -> None:
    django.setup()
    from django.core.management import call_command

    from cases.tests.builders import make_token, make_user

    call_command("migrate", "--no-input", "--skip-checks", verbosity=0)
    sys.stdout.write(make_token(make_user("admin@desk.example", "administrator")))


if __name__ == "__main__":
    main()
