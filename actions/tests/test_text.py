"""The text engine: what authors may write, and what attackers may not."""

from __future__ import annotations

from typing import Any

import pytest

from actions import text
from actions.message_tags import FILTERS

KNOWN = {
    "case.number": "Number",
    "case.title": "Title",
    "case.customer.name": "Customer › Name",
    "instance.failure_time": "Failure time",
}
CONTEXT: dict[str, Any] = {
    "case": {
        "number": "CASE-7",
        "title": "{{ case.number }} <b>",
        "customer": {"name": "Zoë"},
        "seats": 3,
        "vip": True,
        "new": False,
    },
    "instance": {"failure_time": "2026-07-01T15:04:00Z"},
}


def codes(source: Any) -> list[str]:
    return [problem.code for problem in text.text_problems(source, known=KNOWN, pointer="/body")]


@pytest.mark.parametrize(
    "source, result",
    [
        ("Plain.", "Plain."),
        ("{{ case.number }}", "CASE-7"),
        ("{{case.customer.name|upper}}", "ZOË"),
        ("{{ case.nothing|default:'none' }}", "none"),
        ("{{ case.nothing|default:case.number }}", "CASE-7"),
        ("{{ case.nothing }}", ""),
        ("{{ nothing.at.all }}", ""),
        ("{{ case.title }}", "{{ case.number }} <b>"),
        ("{{ case.title|truncatechars:6 }}", "{{ ca…"),
        ("{{ instance.failure_time|date:'Y-m-d' }}", "2026-07-01"),
        ("{{ instance.failure_time|time:'H:i' }}", "16:04"),
        ("{{ instance.failure_time }}", "1 Jul 2026, 16:04 BST"),
        ("{{ case.number|date:'Y' }}", ""),
        ("{% if case.number %}yes{% else %}no{% endif %}", "yes"),
        ("{% if case.seats > 2 and case.number == 'CASE-7' %}many{% endif %}", "many"),
        ("{% if case.nothing %}a{% elif case.number %}b{% endif %}", "b"),
        ("{{ case.vip }}, {{ case.new }}", "Yes, No"),
        ("{% if case.vip and not case.new %}vip{% endif %}", "vip"),
        ("100 % of {this} and $that", "100 % of {this} and $that"),
    ],
)
def test_what_a_text_may_say(source: str, result: str) -> None:
    assert text.render(source, CONTEXT, zone="Europe/London") == result


def test_seven_filters_and_no_more() -> None:
    assert FILTERS == ("date", "default", "lower", "time", "title", "truncatechars", "upper")


def test_every_path_is_listed() -> None:
    condition = "{% if e|default:f == g and not h in i %}{{ j }}{% elif k %}{{ l }}{% endif %}"
    source = "{{ a.b|default:c.d }}" + condition + "{{ a.b }}"
    assert text.paths_of(text.compile_text(source)) == ["a.b", "c.d", "e", "f", "g", "h", "i", "j", "k", "l"]


def test_an_unknown_placeholder_is_a_problem_at_its_field() -> None:
    (problem,) = text.text_problems("{{ case.numbr }}", known=KNOWN, pointer="/items/0/body")
    assert (problem.pointer, problem.code) == ("/items/0/body", "unknown_placeholder")
    assert problem.message == "There is no placeholder “case.numbr”. Did you mean “case.number”?"


REFUSED = [
    # Django: reaching into objects, calling, loading, looping, leaking
    "{{ case.number.__class__ }}",
    "{{ case.__class__.__mro__ }}",
    "{{ case.number.upper }}",
    "{{ case.number.format }}",
    "{{ case.customer.name.encode }}",
    "{{ case.number.0 }}",
    "{{ case }}",
    "{{ case.customer }}",
    "{{ case.items }}",
    "{{ case.owner.password }}",
    "{{ case.owner.delete }}",
    "{{ request }}",
    "{{ request.user.password }}",
    "{{ settings.SECRET_KEY }}",
    "{{ messages.storages.0.signer.key }}",
    "{{ user.groups.model._meta.apps }}",
    "{{ block.super }}",
    "{{ forloop.counter }}",
    "{{ self }}",
    "{{ config }}",
    "{% debug %}",
    "{% load log %}{% get_admin_log 10 as x for_user 1 %}",
    "{% load static %}{% static 'x' %}",
    "{% include '/etc/passwd' %}",
    "{% include case.number %}",
    "{% extends 'base.html' %}",
    "{% ssi '/etc/passwd' %}",
    "{% for a in case.number %}{{ a }}{% endfor %}",
    "{% with a=case.number %}{{ a }}{% endwith %}",
    "{% autoescape off %}x{% endautoescape %}",
    "{% filter upper %}x{% endfilter %}",
    "{% cycle 'a' 'b' %}",
    "{% csrf_token %}",
    "{% now 'Y' %}",
    "{% url 'admin:index' %}",
    "{% lorem 9999999 w %}",
    "{% spaceless %}x{% endspaceless %}",
    "{% verbatim %}{{ x }}{% endverbatim %}",
    "{% templatetag openblock %}",
    "{% regroup case by number as x %}",
    "{% comment %}x{% endcomment %}",
    "{% block x %}x{% endblock %}",
    "{% widthratio 9 1 9 %}",
    "{% firstof case.number %}",
    "{% ifchanged %}x{% endifchanged %}",
    "{{ case.number|safe }}",
    "{{ case.number|ljust:300000000 }}",
    "{{ case.number|center:300000000 }}",
    "{{ case.number|stringformat:'999999999d' }}",
    "{{ case.number|add:case.number }}",
    "{{ case.number|make_list }}",
    "{{ case.number|pprint }}",
    "{{ case.number|join:case.title }}",
    "{{ case.number|attr:'__class__' }}",
    "{{ case.number|yesno:'a,b' }}",
    # Jinja2, Twig, Mako, ERB and friends, where Django's braces make them look alive
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ config.items() }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ self._TemplateReference__context }}",
    "{{ 7*7 }}",
    "{{ _self.env }}",
    "{{ range(999999999) }}",
    "{{ dump(app) }}",
    "{{ ['id']|filter('system') }}",
    "{{ @(1+2) }}",
    "{% set x = 1 %}",
    "{% import 'os' as os %}",
    "{% raw %}x{% endraw %}",
    "{% if ''.__class__ %}x{% endif %}",
    "{% if case.number.__class__ %}x{% endif %}",
    "{% if request.user %}x{% endif %}",
    "{% if case.number|default:settings.SECRET_KEY %}x{% endif %}",
    "{{ case.title|default:case.owner.password }}",
    "{{ case.title|truncatechars:case.owner.pk }}",
    # broken
    "{{ }}",
    "{{ case.number",
    "{% if case.number %}",
    "{% endif %}",
    "{% if %}x{% endif %}",
    "{% if case.number and %}x{% endif %}",
    "{{ case.number|truncatechars }}",
    "{{ case.number|}}",
    "{{ |upper }}",
]
LITERAL = [
    "${7*7}",
    "#{7*7}",
    "<%= 7*7 %>",
    "<% import os %>",
    "*{7*7}",
    "@{7*7}",
    "{0.__class__}",
    "{case.number.__class__}",
    "%(password)s %s %n",
    "$password ${password}",
    "[[7*7]]",
    "{php}echo 1;{/php}",
    "#set($x=1)$x",
    "{ { case.number } }",
    "<script>alert(1)</script>",
    "\\x7b\\x7b case.number \\x7d\\x7d",
]


@pytest.mark.parametrize("source", [source for source in REFUSED if source != "{{ case.number"])
def test_attacks_are_refused_when_saved(source: str) -> None:
    assert codes(source)


@pytest.mark.parametrize("source", REFUSED)
def test_and_if_one_were_stored_it_reads_nothing_and_runs_nothing(source: str) -> None:
    """The second fence: rendering hands over plain values only."""
    secret: dict[str, Any] = {**CONTEXT, "settings": {"SECRET_KEY": object()}, "config": object()}
    try:
        result = text.render(source, secret)
    except text.TextError:
        return
    assert "class" not in result.replace(source, "") and "built-in" not in result
    assert "object at" not in result


@pytest.mark.parametrize("source", LITERAL)
def test_the_braces_of_other_engines_are_only_text(source: str) -> None:
    assert codes(source) == []
    assert text.render(source, CONTEXT) == source


def test_a_value_is_never_read_as_a_text() -> None:
    hostile = {"case": {"title": "{% include '/etc/passwd' %}{{ case.number }}", "number": "1"}}
    assert text.render("{{ case.title }}", hostile) == hostile["case"]["title"]


def test_nothing_but_plain_values_is_handed_over() -> None:
    class Trap:
        def __str__(self) -> str:
            raise AssertionError("was read")

    with pytest.raises(text.TextError):
        text.render("{{ case.number }}", {"case": {"number": Trap()}})
    with pytest.raises(text.TextError):
        text.render("{{ case }}{{ case.number }}", {"case": {"number": "1"}})


@pytest.mark.parametrize(
    "source, code",
    [
        ("x" * 20_001, "too_long"),
        ("{% if case.number %}" * 11 + "{% endif %}" * 11, "too_complex"),
        ("{% if " + "not " * 200 + "case.number %}x{% endif %}", "too_complex"),
        ("{{ case.number|default:'" + "x" * 600 + "' }}", "too_complex"),
        ("", "required"),
        (" \n", "required"),
        (None, "wrong_type"),
        (7, "wrong_type"),
        ("a\x00b", "invalid_text"),
        ("Dear {{ case.number", "invalid_text"),
        ("{{ case.number } is late", "invalid_text"),
        ("{{ case.number\n}}", "invalid_text"),
        ("{% if case.number", "invalid_text"),
        ("{{{7*7", "invalid_text"),
        ("\ud800", "invalid_text"),
    ],
)
def test_limits(source: Any, code: str) -> None:
    assert codes(source) == [code]


def test_the_finished_text_is_capped() -> None:
    with pytest.raises(text.TextError, match="64 kB"):
        text.render("{{ case.title }}" * 1000, {"case": {"title": "x" * 100}})


@pytest.mark.parametrize("number", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029])
def test_a_subject_is_one_clean_line(number: int) -> None:
    assert text.one_line(f"a{chr(number)}b", limit=200) == "a b"


def test_a_subject_is_cut_at_two_hundred() -> None:
    subject = text.render_subject("{{ case.title }}", {"case": {"title": "ä" * 500}})
    assert len(subject) == 200 and subject.endswith("…")


def test_the_html_part_escapes_everything() -> None:
    html = text.html_of("<script>alert('x')</script> & \"q\"\n\nhttps://example.org/?a=1&b=2 javascript:alert(1)")
    assert "<script" not in html and "&lt;script&gt;" in html
    assert html.count("<p>") == 2
    assert '<a href="https://example.org/?a=1&amp;b=2"' in html.replace("&amp;amp;", "&amp;")
    assert 'href="javascript' not in html


def test_a_finished_text_is_not_called_safe() -> None:
    finished = text.render("{{ case.title }}", CONTEXT)
    assert type(finished) is str
    assert type(text.render_subject("{{ case.title }}", CONTEXT)) is str
