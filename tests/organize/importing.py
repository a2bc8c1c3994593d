"""How tests bring in a spreadsheet: upload, look at the difference, confirm."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from portal.core import sheets


def table(columns: Sequence[str], *rows: Sequence[Any], ending: str = "csv") -> tuple[io.BytesIO, str]:
    """A file with this table, as a browser sends it."""
    return a_file(columns, rows, ending=ending)


def a_file(
    columns: Sequence[str], rows: Iterable[Sequence[Any]], *, ending: str = "csv"
) -> tuple[io.BytesIO, str]:
    write = sheets.write_csv if ending == "csv" else sheets.write_xlsx
    return io.BytesIO(write(columns, rows)), f"ตาราง.{ending}"


def sent(client: Any, kind: str, file: Any) -> Any:
    """Upload a file on the page of imports; gives the answer to the upload itself."""
    client.get("/organize/imports")
    form = client.page.form(f"/organize/imports/{kind}")
    token = form.find("input", attrs={"name": "csrf_token"})["value"]
    return client.post(form["action"], data={"csrf_token": token, "file": file})


def bring(client: Any, kind: str, file: Any) -> Any:
    """Upload a file and look at what it would change."""
    answer = sent(client, kind, file)
    return client.follow(answer) if answer.status_code == 303 else answer


def confirmed(client: Any, kind: str, file: Any) -> Any:
    """Upload, look at the difference, confirm it, and see the page of the run."""
    assert bring(client, kind, file).status_code == 200
    return client.follow(client.submit("/confirmation"))


def counts(client: Any) -> list[int]:
    """Added, changed and kept, as the page of a difference tells them."""
    return [int(one.get_text()) for one in client.page.select("dl.facts dd")]


def listed(client: Any) -> list[str]:
    """What the page says is wrong, a line each."""
    return [item.get_text(" ", strip=True) for item in client.page.select(".errors li")]


def cells(client: Any) -> list[str]:
    """The cells that are wrong."""
    return [line.split(":")[0].rsplit(" ", 1)[-1] for line in listed(client)]


def changes(client: Any) -> list[str]:
    """The rows of the difference, each as one line of text."""
    return [" ".join(row.get_text(" ", strip=True).split()) for row in client.page.select("main tbody tr")]
