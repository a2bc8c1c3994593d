"""An answer that is right and one that is wrong, to a question of any kind, as they are stored: for sample data and previews."""

from portal.courses.course import Choices, Cloze, Gap, Matching, Numeric, Ordering, Question, Short, Writing
from portal.courses.shapes import plain

UNKNOWN = "ไม่ทราบ"


def right(question: Question) -> list[str]:
    """The right answer; of a writing task its model."""
    match question.shape:
        case Choices(choices=choices):
            return sorted(choice.key for choice in choices if choice.is_correct)
        case Matching(right_of=right_of):
            return [f"{left}={right}" for left, right in sorted(right_of.items())]
        case Ordering(items=items):
            return [item.key for item in items]
        case Numeric(answer=answer):
            return [str(answer)]
        case Short(accepted=accepted):
            return [accepted.texts[0]]
        case Cloze(gaps=gaps):
            return [f"{gap.number}={gap.accepted.texts[0] if gap.accepted else gap.answer}" for gap in gaps]
        case Writing(model_html=html):
            return [plain(html)]


def wrong(question: Question) -> list[str]:
    """A whole answer of which nothing is right; [] to a writing task."""
    match question.shape:
        case Choices(choices=choices):
            return [choice.key for choice in choices if not choice.is_correct][:1]
        case Matching(rights=rights, right_of=right_of):
            keys = [right.key for right in rights]
            return [
                f"{left}={next(key for key in keys if key != right)}"
                for left, right in sorted(right_of.items())
            ]
        case Ordering(items=items):
            return [item.key for item in reversed(items)]
        case Numeric(answer=answer, tolerance=tolerance):
            return [str(answer + tolerance + 1)]
        case Short():
            return [UNKNOWN]
        case Cloze(gaps=gaps):
            return [f"{gap.number}={_wrong_for(gap)}" for gap in gaps]
        case Writing():
            return []


def _wrong_for(gap: Gap) -> str:
    if gap.accepted:
        return UNKNOWN
    return next(option.key for option in gap.options if option.key != gap.answer)
