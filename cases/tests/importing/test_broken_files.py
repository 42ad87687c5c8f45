"""Broken rows are refused with their line number and the rest comes in; broken files and mappings say why."""

from __future__ import annotations

import gzip
import json
import tracemalloc
import zipfile
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cases.importing.mapping import mapping_parse
from cases.models import Case
from cases.tests.importing.files import HEADER, MAPPING, SAMPLE, import_file, mapping_document, row, write_log
from sla_project.operations.errors import Invalid
from slas.models import RecordChange

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
GOOD = [row("1"), row("1", "Resolved", "1/3/2016 10:00"), row("2"), row("2", "Closed", "2/3/2016 10:00")]

BROKEN_ROWS = {
    "too few columns": ("1,New,1/3/2016 09:30", "It has 3 columns instead of 8."),
    "too many columns": (row("1") + ",more", "It has 9 columns instead of 8."),
    "no such date": (
        row("1", at="31/2/2016 09:00"),
        "sys_updated_at: “31/2/2016 09:00” is not a time written as %d/%m/%Y %H:%M.",
    ),
    "no such time": (
        row("1", at="1/3/2016 25:00"),
        "sys_updated_at: “1/3/2016 25:00” is not a time written as %d/%m/%Y %H:%M.",
    ),
    "a missing time": (row("1", at="?"), "sys_updated_at: “?” is not a time written as %d/%m/%Y %H:%M."),
    "a broken other time": (
        row("1", opened="soon", at="1/3/2016 09:30"),
        "opened_at: “soon” is not a time written as %d/%m/%Y %H:%M.",
    ),
    "the future": (row("1", at="1/3/2116 09:30"), "Its time lies in the future."),
    "before computers": (row("1", at="1/3/1816 09:30"), "sys_updated_at: “1/3/1816 09:30” lies too long ago."),
    "unknown priority": (row("1", priority="9"), "priority: the mapping does not know “9”."),
    "unknown state": (row("1", "Exploded"), "ident_state: the mapping does not know “Exploded”."),
    "no number": (row(""), "The number is missing."),
    "number marked missing": (row("?"), "The number is missing."),
    "endless number": (row("1" * 101), "The number has more than 100 characters."),
    "endless name": (row("1").replace("77", "7" * 200), "caller_id: the name is too long."),
    "NUL": (row("1", "N\x00w"), "It contains a NUL character."),
    "open quote": (row("1", '"New'), "A quote is not closed, or closed in the middle of a value."),
    "quote in a value": (row("1", '"N"ew'), "A quote is not closed, or closed in the middle of a value."),
}


@pytest.fixture(autouse=True)
def _standing_clock(clock):
    return clock


@pytest.mark.parametrize(("broken", "reason"), BROKEN_ROWS.values(), ids=BROKEN_ROWS)
@pytest.mark.parametrize("place", [0, 1, 4])
def test_a_broken_row_is_refused_by_its_line_and_the_rest_comes_in(tmp_path, broken, reason, place):
    remarks = []
    path = write_log(tmp_path / "log.csv", [*GOOD[:place], broken, *GOOD[place:]])
    outcome = import_file(path, remark=remarks.append)
    assert [(remark.line, remark.kind, remark.text) for remark in remarks] == [(place + 2, "refused", reason)]
    assert (outcome.cases, outcome.changes, outcome.refused) == (2, 4, 1)
    assert set(Case.objects.values_list("external_number", "state")) == {("1", "resolved"), ("2", "resolved")}


def test_a_line_in_another_encoding_is_refused(tmp_path):
    remarks = []
    path = write_log(tmp_path / "log.csv", [*GOOD[:1], b"\xff\xfe,New", *GOOD[1:]])
    outcome = import_file(path, mapping=mapping_document(encoding="utf-8"), remark=remarks.append)
    assert [(remark.line, remark.text) for remark in remarks] == [(3, "It is not text in the encoding “utf-8”.")]
    assert outcome.cases == 2


def test_quoted_values_may_hold_commas_and_line_breaks(tmp_path):
    path = write_log(tmp_path / "log.csv", [row('"1\n,1"'), *GOOD])
    fields = {**mapping_document()["fields"], "title": {"column": "number"}}
    outcome = import_file(path, mapping=mapping_document(fields=fields))
    assert (outcome.cases, outcome.refused) == (3, 0)
    assert Case.objects.filter(external_number="1\n,1").exists()


def test_rows_of_one_incident_need_not_stand_together(tmp_path):
    mixed = [GOOD[0], GOOD[2], GOOD[1], GOOD[3]]
    assert import_file(write_log(tmp_path / "log.csv", mixed), batch=1).changes == 4
    assert set(Case.objects.values_list("state", flat=True)) == {"resolved"}


def test_an_incident_without_any_good_row_stays_out(tmp_path):
    outcome = import_file(write_log(tmp_path / "log.csv", [row("3", "Exploded"), *GOOD]))
    assert (outcome.cases, outcome.refused) == (2, 1)
    assert not Case.objects.filter(external_number="3").exists()


def test_an_unknown_state_keeps_the_one_before(tmp_path):
    rows = [row("1", "Awaiting User Info"), row("1", "-100", "1/3/2016 10:00"), row("2", "-100")]
    import_file(write_log(tmp_path / "log.csv", rows))
    assert dict(Case.objects.values_list("external_number", "status")) == {
        "1": "waiting_for_customer",
        "2": "new",
    }


def test_empty_files(tmp_path):
    assert import_file(write_log(tmp_path / "log.csv", [])).cases == 0
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(Invalid, match="no column “number”"):
        import_file(tmp_path / "empty.csv")


def test_a_column_that_is_named_twice_cannot_be_mapped(tmp_path):
    path = write_log(tmp_path / "log.csv", [], header=HEADER.replace("contact_type", "priority"))
    with pytest.raises(Invalid) as refused:
        import_file(path)
    assert {(problem.pointer, problem.code) for problem in refused.value.problems} == {
        ("/fields/priority/column", "duplicate_column"),
        ("/fields/channel/column", "unknown_column"),
    }


def test_a_line_without_end_is_refused_and_not_held_in_memory(tmp_path):
    remarks = []
    path = tmp_path / "log.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write((HEADER + "\n").encode())
        for _piece in range(150):
            file.write(b"0" * 1_000_000)
        file.write(("\n" + "\n".join(GOOD) + "\n").encode())
    tracemalloc.start()
    try:
        outcome = import_file(path, remark=remarks.append)
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert [(remark.line, remark.text) for remark in remarks] == [(2, "It is longer than 4 MB.")]
    assert outcome.cases == 2


def test_another_delimiter_or_encoding_is_seen_in_what_is_said(tmp_path):
    path = write_log(tmp_path / "log.csv", GOOD, header=HEADER.replace(",", ";"))
    with pytest.raises(Invalid, match="Its columns, divided by “,”: “number;"):
        import_file(path)
    (tmp_path / "wide.csv").write_bytes((HEADER + "\n").encode("utf-16"))
    with pytest.raises(Invalid, match="not text in the encoding “utf-8”"):
        import_file(tmp_path / "wide.csv", mapping=mapping_document(encoding="utf-8"))


def test_a_damaged_archive_says_so_and_imports_nothing(tmp_path):
    (tmp_path / "short.csv.gz").write_bytes(SAMPLE.read_bytes()[:5000])
    (tmp_path / "not.csv.gz").write_bytes(b"number,ident_state\n")
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.csv", "x")
        archive.writestr("b.csv", "x")
    (tmp_path / "not.zip").write_bytes(b"number,ident_state\n")
    (tmp_path / "short.zip").write_bytes((tmp_path / "two.zip").read_bytes()[:100])
    for name in ("short.csv.gz", "not.csv.gz", "two.zip", "not.zip", "short.zip", "absent.csv", "absent.zip"):
        with pytest.raises(Invalid) as refused:
            import_file(tmp_path / name)
        assert [problem.code for problem in refused.value.problems] == ["damaged_file"]
    assert not RecordChange.objects.exists()


def test_plain_gzip_and_zip_are_read_alike(tmp_path):
    plain = write_log(tmp_path / "log.csv", GOOD)
    packed = tmp_path / "log.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    zipped = tmp_path / "log.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(plain, "folder/log.csv")
    assert [import_file(path).cases + import_file(path).known for path in (plain, packed, zipped)] == [4, 2, 2]


BROKEN_MAPPINGS = {
    "not an object": ([], ""),
    "unknown key": ({"colour": "red"}, "/colour"),
    "source": ({"source": "Not a code!"}, "/source"),
    "encoding": ({"encoding": "utf-17"}, "/encoding"),
    "wide encoding": ({"encoding": "utf-16"}, "/encoding"),
    "bytes encoding": ({"encoding": "base64"}, "/encoding"),
    "zone": ({"time_zone": "Mars/Olympus"}, "/time_zone"),
    "zone path": ({"time_zone": "../../etc/passwd"}, "/time_zone"),
    "format": ({"time_format": "no time"}, "/time_format"),
    "delimiter": ({"delimiter": ";;"}, "/delimiter"),
    "missing": ({"missing": "?"}, "/missing"),
    "number": ({"number": None}, "/number"),
    "fields": ({"fields": []}, "/fields"),
    "no title": ({"fields": {"status": {"value": "new"}}}, "/fields/title"),
    "unknown field": ({"fields": {"colour": {"column": "x"}}}, "/fields/colour"),
    "unknown choice": ({"fields": {"priority": {"value": "huge"}}}, "/fields/priority/value"),
    "merged": ({"fields": {"status": {"value": "merged"}}}, "/fields/status/value"),
    "two ways": ({"fields": {"title": {"column": "x", "value": "y"}}}, "/fields/title"),
    "no values": ({"fields": {"priority": {"column": "x"}}}, "/fields/priority/values"),
    "wrong value": ({"fields": {"priority": {"column": "x", "values": {"1": 4}}}}, "/fields/priority/values/1"),
    "constant customer": ({"fields": {"customer": {"value": "x"}}}, "/fields/customer/value"),
}


@pytest.mark.parametrize(("change", "pointer"), BROKEN_MAPPINGS.values(), ids=BROKEN_MAPPINGS)
def test_a_broken_mapping_is_refused_at_its_field(change, pointer):
    document = mapping_document(**change) if isinstance(change, dict) else change
    with pytest.raises(Invalid) as refused:
        mapping_parse(document)
    assert pointer in {problem.pointer for problem in refused.value.problems}


def test_an_unknown_sla_is_refused(tmp_path):
    with pytest.raises(Invalid, match="no active SLA"):
        import_file(write_log(tmp_path / "log.csv", GOOD), mapping=mapping_document(sla="nobody-has-it"))


def test_the_command_says_what_is_wrong(tmp_path):
    mapping = tmp_path / "mapping.json"
    for text, words in (("{", "not JSON"), (json.dumps({"source": "x"}), "/time_format: This is required.")):
        mapping.write_text(text)
        with pytest.raises(CommandError, match=words):
            call_command("import_event_log", str(SAMPLE), mapping=mapping)


def test_the_report_lists_every_remark(tmp_path: Path):
    path = write_log(tmp_path / "log.csv", [*GOOD, *[row("9", "Exploded")] * 30])
    report, err = tmp_path / "report.csv", StringIO()
    call_command("import_event_log", str(path), mapping=MAPPING, report=report, stdout=StringIO(), stderr=err)
    lines = report.read_text("utf-8").splitlines()
    assert len(lines) == 31
    assert lines[1] == "6,refused,9,ident_state: the mapping does not know “Exploded”."
    assert "and 10 more rows refused" in err.getvalue()


def test_a_number_in_the_report_is_no_formula(tmp_path: Path):
    path = write_log(tmp_path / "log.csv", [row("=cmd()", "Exploded"), row("=cmd()")])
    report, cases = tmp_path / "report.csv", tmp_path / "cases.csv"
    call_command("import_event_log", str(path), mapping=MAPPING, report=report, stdout=StringIO(), stderr=StringIO())
    call_command("event_log_report", csv=cases, stdout=StringIO())
    for file in (report, cases):
        assert "'=cmd()" in file.read_text("utf-8")
        assert ",=cmd()" not in file.read_text("utf-8") and "\n=cmd()" not in file.read_text("utf-8")
