"""Agencies: found by what people type, imported whole or not at all."""

import io
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import agencies
from portal.accounts.agencies import AmbiguousAgency, UnknownAgency
from portal.accounts.agency_table import Imported, import_agencies
from portal.accounts.models import Agency
from portal.core.db import db
from portal.core.tables import SheetError, Table, read_table
from tests.cast import Cast, agency

LIST = Path("content/agencies.csv")


def table(text: str) -> Table:
    return read_table(io.BytesIO(text.encode()), "agencies.csv")


@pytest.fixture
def known(app: Flask) -> None:
    for code, name, english, abbreviation in (
        ("DDC", "กรมควบคุมโรค", "Department of Disease Control", "คร."),
        ("OPDC", "สำนักงานคณะกรรมการพัฒนาระบบราชการ", "Office of the PSDC", "สำนักงาน ก.พ.ร."),
        ("OCSC", "สำนักงานคณะกรรมการข้าราชการพลเรือน", "", "สำนักงาน ก.พ."),
        ("DOF", "กรมประมง", "", "กป."),
        ("PRD", "กรมประชาสัมพันธ์", "", "กป."),
    ):
        row = agency(code, name)
        row.name_en, row.abbrev_th = english, abbreviation
    db.session.commit()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("กรมควบคุมโรค", "DDC"),
        (" กรม ควบคุมโรค ", "DDC"),
        ("คร.", "DDC"),
        ("คร", "DDC"),
        ("ddc", "DDC"),
        ("department of disease control", "DDC"),
        ("สำนักงาน กพร", "OPDC"),
        ("สำนักงาน ก.พ.", "OCSC"),
    ],
)
def test_an_agency_is_found_by_name_short_name_and_code(known: None, typed: str, code: str) -> None:
    assert agencies.match(typed).code == code


@pytest.mark.parametrize("typed", ["กรมคุมโรค", "กรมควบคุมโลก", "Departmen of Disease Contro"])
def test_a_name_that_is_nearly_right_is_offered(known: None, typed: str) -> None:
    with pytest.raises(UnknownAgency, match="หมายถึง กรมควบคุมโรค ใช่หรือไม่") as no:
        agencies.match(typed)
    assert (no.value.meant, no.value.field) == ("กรมควบคุมโรค", "agency")


@pytest.mark.parametrize("typed", ["ธนาคารโลก", "...", ""])
def test_a_name_far_from_all_is_not_guessed(known: None, typed: str) -> None:
    with pytest.raises(UnknownAgency, match="เลือกจากรายการ") as no:
        agencies.match(typed)
    assert no.value.meant is None


def test_a_short_name_of_two_agencies_asks_for_the_full_one(known: None) -> None:
    with pytest.raises(AmbiguousAgency, match="กรมประชาสัมพันธ์ · กรมประมง"):
        agencies.match("กป.")


def test_the_list_to_choose_from_is_in_thai_order(known: None) -> None:
    assert [row.name_th for row in agencies.options()][:3] == ["กรมควบคุมโรค", "กรมประชาสัมพันธ์", "กรมประมง"]


@pytest.mark.both_databases
def test_the_real_list_comes_in_whole_and_a_second_time_changes_nothing(app: Flask) -> None:
    first = import_agencies(read_table(io.BytesIO(LIST.read_bytes()), LIST.name))
    db.session.commit()
    assert first == Imported(added=62)
    second = import_agencies(read_table(io.BytesIO(LIST.read_bytes()), LIST.name))
    assert second == Imported(kept=62)
    assert not db.session.dirty
    assert agencies.match("คร.").name_en == "Department of Disease Control"


def test_a_new_name_is_taken_and_sorted_anew(app: Flask) -> None:
    import_agencies(table("code,name_th\nX,กรมหนึ่ง\nY,กรมสอง\n"))
    assert import_agencies(table("code,name_th\nX,สำนักหนึ่ง\n")) == Imported(changed=1)
    assert [row.name_th for row in agencies.options()] == ["กรมสอง", "สำนักหนึ่ง"]


def test_columns_that_are_left_out_keep_what_is_known(app: Flask) -> None:
    import_agencies(table("code,name_th,abbrev_th,domains\nX,กรมหนึ่ง,กห.,one.go.th\n"))
    assert import_agencies(table("code,name_th\nX,กรมหนึ่ง\n")) == Imported(kept=1)
    known = agencies.by_code("X")
    assert known is not None
    assert (known.abbrev_th, [domain.domain for domain in known.domains]) == ("กห.", ["one.go.th"])


def test_mail_domains_are_replaced_by_those_of_the_table(app: Flask) -> None:
    import_agencies(table('code,name_th,domains\nX,กรมหนึ่ง,"@One.go.th; two.go.th"\n'))
    done = import_agencies(table('code,name_th,domains\nX,กรมหนึ่ง,"two.go.th, mail.three.go.th"\n'))
    db.session.commit()
    known = agencies.by_code("X")
    assert done == Imported(changed=1)
    assert known is not None
    assert sorted(domain.domain for domain in known.domains) == ["mail.three.go.th", "two.go.th"]


def test_every_bad_cell_is_named_and_nothing_comes_in(app: Flask, cast: Cast) -> None:
    before = db.session.scalar(select(func.count(Agency.id)))
    with pytest.raises(SheetError) as no:
        import_agencies(
            table(
                "code,name_th,domains\n"
                ",กรมไม่มีรหัส,\n"
                "A,,not a domain\n"
                "B/7,กรมบี,b.go.th\n"
                "C,กรมบี,\n"
                "C,กรมซี,\n"
                "D,กรมตัวอย่าง,\n"
                f"E,{'ย' * 201},\n"
            )
        )
    cells = [error.cell for error in no.value.errors]
    assert cells == ["A2", "B3", "C3", "C3", "C3", "A4", "B5", "A6", "B7", "B8"]
    assert "SAMPLE-DEPT" in str([error.message for error in no.value.errors])
    assert db.session.scalar(select(func.count(Agency.id))) == before


def test_a_column_of_another_name_is_refused(app: Flask) -> None:
    with pytest.raises(SheetError, match="name_th"):
        import_agencies(table("code,nameth\nX,กรมหนึ่ง\n"))
    assert agencies.by_code("X") is None


def test_finding_the_exact_name_costs_one_query(known: None, queries) -> None:
    with queries() as statements:
        agencies.match("กรมควบคุมโรค")
    assert len(statements) == 1
