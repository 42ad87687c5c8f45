"""The ground floor (accounts, operations) and the roof (settings, urls, celery, wsgi)."""

from sla_project.celery import app as celery_app

__all__ = ["celery_app"]
