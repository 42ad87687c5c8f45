from __future__ import annotations

from django import forms

from sla_project.operations.errors import Invalid, Problem, form_errors


class NoteForm(forms.Form):
    name = forms.CharField()
    document = forms.CharField()


def test_problems_land_on_the_fields_they_point_at() -> None:
    form = NoteForm({"name": "a", "document": "b"})
    assert form.is_valid()
    problems = [
        Problem("/name", "taken", "Taken."),
        Problem("/document/items/0", "never", "Never succeeds."),
        Problem("/other", "odd", "Odd."),
        Problem("", "whole", "All wrong."),
    ]
    form_errors(form, Invalid(problems))
    assert form.errors == {
        "name": ["Taken."],
        "document": ["/document/items/0: Never succeeds."],
        "__all__": ["/other: Odd.", "All wrong."],
    }


def test_its_words_name_every_problem() -> None:
    error = Invalid([Problem("/a", "x", "First."), Problem("/b", "y", "Second.")])
    assert str(error) == "/a: First.; /b: Second."
