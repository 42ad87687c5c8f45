"""Lists of SLAs and KPIs are searched by what people know: the name, or a part of it."""

from __future__ import annotations

import pytest

from slas.tests.policy.builders import make_kpi, make_sla

pytestmark = pytest.mark.django_db


def test_slas_and_kpis_are_found_by_a_part_of_the_name_or_by_code(admin):
    kpi = make_kpi()
    sla = make_sla(publish=True)
    for path, one in (("/slas/", sla), ("/kpis/", kpi)):
        for query in ({"q": one.name[1:6].upper()}, {"q": one.code}, {"code": one.code}):
            assert one.name in admin.get(path, query).content.decode()
        page = admin.get(path, {"q": "no such name"}).content.decode()
        assert f">{one.name}</a>" not in page
        assert "-----" not in page and "Unknown" not in page
