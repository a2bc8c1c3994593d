"""A course's glossary.toml as terms: what each key means; that a lesson spells a term otherwise is style's matter."""

from portal.courses import pack
from portal.courses.course import Term
from portal.courses.prose import Prose

LONGEST_TERM = 120


def read(prose: Prose) -> tuple[Term, ...]:
    """The terms in the order of the file, every fault noted in `prose`; () where there is no glossary."""
    if pack.GLOSSARY not in prose.files:
        return ()
    table = prose.table(pack.GLOSSARY)
    if table is None:
        return ()
    taken: set[str] = set()
    terms = []
    for row in table.tables("term"):
        code = row.code(taken=taken)
        th, en = row.text("th", most=LONGEST_TERM), row.text("en", most=LONGEST_TERM)
        html = prose.inline(row.text("text"), pack.GLOSSARY, row.line_of("text"))
        also, avoid = row.texts("also", required=False), row.texts("not", required=False)
        row.done()
        terms.append(Term(code, th, en, html, also, avoid))
    table.done()
    prose.ids[pack.GLOSSARY] = frozenset(taken)
    return tuple(terms)
