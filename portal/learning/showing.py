"""What of a result its learner may see now, by what the quiz tells; how it is drawn is the page's matter."""

from dataclasses import dataclass

from portal.courses.course import Feedback, Shown


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether the learner sees how much it was, which questions were right, the right answers, the explanations."""

    score: bool
    points: bool
    answers: bool
    why: bool

    @property
    def is_all(self) -> bool:
        return self.score and self.points and self.answers and self.why


def seen(feedback: Feedback, *, has_passed: bool, is_used_up: bool) -> Seen:
    """What is shown to somebody who passed this quiz or did not, and has attempts left or not. Who sees the right answers sees which were right."""

    def now(when: Shown) -> bool:
        return when is Shown.SUBMIT or (when is Shown.PASSED and (has_passed or is_used_up))

    answers = now(feedback.answers)
    return Seen(now(feedback.score), now(feedback.points) or answers, answers, now(feedback.why))


def waits(feedback: Feedback) -> bool:
    """Whether something of a result is shown only once the quiz is passed, or no attempts are left."""
    return Shown.PASSED in (feedback.score, feedback.points, feedback.answers, feedback.why)
