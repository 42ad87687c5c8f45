"""What gunicorn serves: `gunicorn sla_project.wsgi`."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sla_project.settings")
application = get_wsgi_application()
if settings.COLLECTED and not (settings.STATIC_ROOT / "staticfiles.json").exists():
    # Else every page would be an error, one by one.
    raise ImproperlyConfigured("STATIC_FILES=collected: run `manage.py collectstatic --noinput` before the start.")
