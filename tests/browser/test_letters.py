"""An organizer writes to a group in a browser: looks at it, is told of a slip, and a double click sends it once."""

from collections.abc import Callable

from tests.browser.conftest import Window
from tests.browser.demonstration import Demonstration
from tests.browser.looking import axe, sideways

LETTERS = "/organize/workshops/excellence-2566/letters"


def test_a_letter_is_looked_at_and_a_double_click_sends_it_once(
    demonstration: Demonstration, window_of: Callable[[str], Window]
) -> None:
    page, complaints = window_of("orn")
    page.goto(LETTERS)
    before = page.locator("tbody tr").count()
    page.get_by_role("link", name="เขียนจดหมาย").click()
    page.get_by_label("ถึง", exact=True).select_option("registered")
    page.get_by_label("เรื่อง", exact=True).fill("ก่อนถึงวันอบรม {ชื่อ")
    page.get_by_label("ข้อความ", exact=True).fill("เรียน {ชื่อ}\n\nพบกัน {วันที่}")
    page.get_by_role("button", name="ดูตัวอย่าง").click()
    assert "ปีกกาไม่ครบคู่" in page.locator(".errors").inner_text()
    found = [*axe(page), *sideways(page), *complaints.of(page, status=422)]

    page.get_by_label("เรื่อง", exact=True).fill("ก่อนถึงวันอบรม {ชื่อ}")
    page.get_by_role("button", name="ดูตัวอย่าง").click()
    assert "เรียน " in page.locator("pre").first.inner_text()
    found += [*axe(page), *sideways(page), *complaints.of(page)]
    page.get_by_role("button", name="ส่งถึง").dblclick()
    page.locator(".flash").first.wait_for()
    found += [*axe(page), *sideways(page), *complaints.of(page)]
    page.goto(LETTERS)
    assert page.locator("tbody tr").count() == before + 1
    assert not found, "\n".join(found)
