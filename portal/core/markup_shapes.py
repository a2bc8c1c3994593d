"""How our Markdown's pieces are shaped once they are a tree: figures, red-line pairs, tables, checklists; what is refused is core.markup's matter."""

from xml.etree.ElementTree import Element

# The boxes a lesson may open with `!!!`, and what stands over one that names no title.
BOXES = {
    "note": "ข้อสังเกต",
    "warning": "ระวัง",
    "source": "ที่มา",
    "example": "ตัวอย่าง",
    "draft": "ร่างแรก",
    "better": "ร่างที่ปรับแล้ว",
}
BOX = "admonition"
TITLE = "admonition-title"
BLOCKS = frozenset({"ul", "ol", "dl", "p", "div", "blockquote", "table", "pre", "figure"})
# As wide as a phone shows without scrolling; a wider table turns into blocks, cell under cell.
NARROW_TABLE = 28


def shape(root: Element) -> None:
    """Give every piece of the tree the form that the stylesheet knows."""
    for parent in list(root.iter()):
        _pair_drafts(parent)
    for element in list(root.iter()):
        if element.tag == "p":
            _figure(element)
        elif element.tag == "table":
            _table(element)
        elif element.tag == "ul":
            _checklist(element)


def title_boxes(root: Element) -> None:
    """A box without a title of its own gets our word for it; runs before inline text is read."""
    for box in root.iter("div"):
        kind = kind_of(box)
        if kind is None:
            continue
        title = next((child for child in box if child.get("class") == TITLE), None)
        if title is None:
            title = Element("p", {"class": TITLE})
            box.insert(0, title)
        if not title.text or title.text == kind.capitalize():
            title.text = BOXES.get(kind, kind)


def kind_of(element: Element) -> str | None:
    """The kind of a box, such as "note"; None for anything else."""
    classes = (element.get("class") or "").split()
    return classes[1] if element.tag == "div" and len(classes) > 1 and classes[0] == BOX else None


def _pair_drafts(parent: Element) -> None:
    """A first draft directly followed by the better one becomes one red-line pair."""
    place = 0
    while place + 1 < len(parent):
        draft, better = parent[place], parent[place + 1]
        if (kind_of(draft), kind_of(better)) == ("draft", "better"):
            pair = Element("div", {"class": "redline"})
            pair.extend([draft, better])
            parent[place : place + 2] = [pair]
        place += 1


def _figure(paragraph: Element) -> None:
    """A paragraph that holds only an image becomes a figure; the image's title is its caption."""
    if len(paragraph) != 1 or paragraph[0].tag != "img":
        return
    image = paragraph[0]
    if (paragraph.text or "").strip() or (image.tail or "").strip():
        return
    paragraph.tag, paragraph.text, image.tail = "figure", None, None
    caption = image.attrib.pop("title", None)
    if caption:
        element = Element("figcaption")
        element.text = caption
        paragraph.append(element)


def _width(cell: Element) -> int:
    return len("".join(cell.itertext()))


def _table(table: Element) -> None:
    """Headings get their scope, figures stand right, and a table too wide for a phone carries its headings in its cells."""
    rows = list(table.iter("tr"))
    for cell in table.iter("th"):
        cell.set("scope", "col")
    for cell in [*table.iter("th"), *table.iter("td")]:
        if cell.attrib.pop("align", None) == "right":
            cell.set("class", "num")
    headings = ["".join(cell.itertext()).strip() for cell in rows[0]]
    for cell, heading in zip(rows[0], headings, strict=True):
        if not heading:
            cell.tag = "td"
            del cell.attrib["scope"]
    widths = [max(_width(row[place]) for row in rows if place < len(row)) for place in range(len(headings))]
    if sum(widths) <= NARROW_TABLE:
        return
    table.set("class", f"{table.get('class', '')} blocks".strip())
    for row in rows[1:]:
        for cell, heading in zip(row, headings, strict=False):
            if heading:
                cell.set("data-label", heading)


def _checklist(items: Element) -> None:
    """Items that begin with [ ] or [x] become boxes to tick, each with its words as its label."""
    ticked = False
    for item in items:
        holder = item[0] if len(item) and item[0].tag == "p" and not (item.text or "").strip() else item
        text = (holder.text or "").lstrip()
        mark = text[:4].lower()
        if mark in ("[ ] ", "[x] "):
            _tick(item, holder, text[4:], checked=mark == "[x] ")
            ticked = True
    if ticked:
        items.set("class", "task-list")


def _tick(item: Element, holder: Element, text: str, *, checked: bool) -> None:
    label, words = Element("label"), Element("span")
    words.text = text
    for child in list(holder):
        if child.tag in BLOCKS:
            break
        holder.remove(child)
        words.append(child)
    box = Element("input", {"type": "checkbox"})
    if checked:
        box.set("checked", "checked")
    label.extend([box, words])
    if holder is not item:
        item.remove(holder)
    item.text = holder.text = None
    item.insert(0, label)
    item.set("class", "task-list-item")
