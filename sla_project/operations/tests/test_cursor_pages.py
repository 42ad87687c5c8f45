"""Pages by cursor show every row once, in both directions, also beside nulls and equal values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sla_project.accounts.models import User
from sla_project.operations.tests.builders import NOW, api_client, make_user

urls = pytest.mark.urls("sla_project.operations.tests.urls")


def walk(client, url: str, link: str) -> list[list[int]]:
    pages = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        pages.append([row["id"] for row in answer.json()["results"]])
        url = answer.json()[link]
    return pages


@urls
@pytest.mark.django_db
@pytest.mark.parametrize(
    "ordering", ["display_name", "-display_name", "last_login", "-last_login", "id", "-id", "last_login,-id"]
)
def test_every_row_once(ordering: str) -> None:
    users = [make_user(f"u{n}@example.org", display_name="AB"[n % 2]) for n in range(7)]
    for number, user in enumerate(users[:4]):
        User.objects.filter(pk=user.pk).update(last_login=NOW + timedelta(hours=number // 2))
    client = api_client(users[0])
    pages = walk(client, f"/people/?limit=3&ordering={ordering}", "next")
    rows = [pk for page in pages for pk in page]
    assert len(pages) == 3
    assert sorted(rows) == [user.pk for user in users]
    assert rows == [row["id"] for row in client.get(f"/people/?ordering={ordering}").json()["results"]]

    last = client.get(f"/people/?limit=3&ordering={ordering}").json()
    while last["next"]:
        last = client.get(last["next"]).json()
    back = [[row["id"] for row in last["results"]], *walk(client, last["previous"], "previous")]
    assert [pk for page in reversed(back) for pk in page] == rows


@urls
@pytest.mark.django_db
def test_links_are_also_in_the_header() -> None:
    users = [make_user(f"u{n}@example.org") for n in range(3)]
    answer = api_client(users[0]).get("/people/?limit=1")
    assert answer["Link"] == f'<{answer.json()["next"]}>; rel="next"'


@urls
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("limit=0", "/limit"),
        ("limit=%C2%B2", "/limit"),
        ("ordering=password", "/ordering"),
        ("cursor=made-up", "/cursor"),
    ],
)
def test_bad_parameters(query: str, pointer: str) -> None:
    answer = api_client(make_user()).get(f"/people/?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


@urls
@pytest.mark.django_db
def test_a_cursor_belongs_to_its_order() -> None:
    users = [make_user(f"u{n}@example.org") for n in range(3)]
    client = api_client(users[0])
    cursor = client.get("/people/?limit=1&ordering=id").json()["next"].partition("cursor=")[2].partition("&")[0]
    assert client.get(f"/people/?ordering=-id&cursor={cursor}").status_code == 400
