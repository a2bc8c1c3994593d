"""Who is next, from plain figures: guarantees, arrival, maximum and kept seats, without a database."""

from hypothesis import given, strategies as st

from portal.participation.queue import Reason, Rule, Taken, Waiting, chosen, free, kept, order, reason

NOBODY = Taken(0, {})
A, B, C = 1, 2, 3


def line(*agencies):
    """Waiting people of these agencies in order of arrival, with ids 1, 2, 3 …"""
    return [Waiting(at, agency, at) for at, agency in enumerate(agencies, start=1)]


def guarantee(capacity, seats, *entitled, per_agency=None):
    return Rule(capacity, per_agency, seats, frozenset(entitled))


def test_without_any_setting_arrival_alone_decides():
    assert chosen(line(A, B, A, C), Rule(3), Taken(1, {A: 1})) == [1, 2]
    assert chosen(reversed(line(A, B, C)), Rule(2), NOBODY) == [1, 2]


def test_without_a_number_of_seats_everybody_gets_one():
    assert chosen(line(A, A, None), Rule(None), NOBODY) == [1, 2, 3]


def test_full_and_over_full_give_nothing():
    assert chosen(line(A, B), Rule(2), Taken(2, {A: 2})) == []
    assert chosen(line(A, B), Rule(2), Taken(5, {A: 5})) == []
    assert free(Rule(2), Taken(5, {A: 5})) == 0


def test_an_agency_at_its_maximum_waits_and_others_pass():
    assert chosen(line(A, A, B), Rule(5, per_agency=1), Taken(1, {A: 1})) == [3]


def test_the_maximum_counts_within_one_round():
    assert chosen(line(A, A, A, B), Rule(9, per_agency=2), NOBODY) == [1, 2, 4]


def test_who_has_no_agency_has_no_maximum_and_no_guarantee():
    assert chosen(line(None, None), Rule(9, per_agency=1), NOBODY) == [1, 2]
    assert chosen(line(None), guarantee(1, 1, A), NOBODY) == []


def test_an_agency_below_its_guarantee_goes_before_who_came_earlier():
    rule = guarantee(3, 1, A, B)
    assert [one.id for one in order(line(A, A, B), rule, Taken(1, {A: 1}))] == [3, 1, 2]
    assert chosen(line(A, A, B), rule, Taken(1, {A: 1})) == [3, 1]


def test_only_as_many_go_first_as_are_guaranteed():
    assert [one.id for one in order(line(C, A, A, A), guarantee(9, 2, A), NOBODY)] == [2, 3, 1, 4]


def test_seats_still_missing_are_kept_from_everybody_else():
    rule = guarantee(4, 1, A, B, C)
    taken = Taken(1, {A: 1})
    assert kept(rule, taken) == 2
    assert chosen(line(A, A, A), rule, taken) == [1]
    assert reason(A, rule, Taken(2, {A: 2})) is Reason.KEPT
    assert reason(B, rule, Taken(2, {A: 2})) is Reason.NEXT


def test_never_more_is_kept_than_is_free():
    rule = guarantee(3, 2, A, B, C)
    assert kept(rule, Taken(1, {A: 1})) == 2
    assert kept(rule, Taken(9, {A: 9})) == 0
    assert kept(Rule(None, None, 2, frozenset({A})), NOBODY) == 0


def test_more_guaranteed_than_there_is_goes_by_arrival_among_those_below():
    assert chosen(line(C, A, B, C), guarantee(2, 1, A, B, C), NOBODY) == [1, 2]


def test_who_is_not_entitled_draws_from_what_is_free_beyond():
    rule = guarantee(2, 1, A)
    assert chosen(line(B, B), rule, NOBODY) == [1]
    assert chosen(line(B, B), rule, Taken(1, {A: 1})) == [1]


def test_a_guarantee_above_the_maximum_is_worth_the_maximum():
    rule = guarantee(5, 4, A, per_agency=2)
    assert rule.share(A) == 2
    assert kept(rule, NOBODY) == 2


def test_the_reason_names_the_agencys_maximum_first():
    assert reason(A, Rule(1, per_agency=1), Taken(1, {A: 1})) is Reason.AT_MOST
    assert reason(B, Rule(1, per_agency=1), Taken(1, {A: 1})) is Reason.FULL
    assert reason(B, Rule(2, per_agency=1), Taken(1, {A: 1})) is Reason.NEXT
    assert reason(B, Rule(None, per_agency=1), Taken(1, {A: 1})) is Reason.NEXT


agencies = st.integers(1, 4)


@given(
    waiting=st.lists(st.one_of(st.none(), agencies), max_size=12),
    capacity=st.one_of(st.none(), st.integers(0, 10)),
    per_agency=st.one_of(st.none(), st.integers(1, 4)),
    guaranteed=st.integers(1, 4),
    entitled=st.frozensets(agencies),
    held=st.dictionaries(agencies, st.integers(0, 3)),
)
def test_whatever_the_figures_each_round_keeps_every_promise(
    waiting, capacity, per_agency, guaranteed, entitled, held
):
    rule = Rule(capacity, per_agency, guaranteed if entitled else 0, entitled)
    taken = Taken(sum(held.values()), held)
    people = {one.id: one for one in line(*waiting)}
    got = chosen(people.values(), rule, taken)
    nobodys = free(rule, taken)
    assert len(set(got)) == len(got) <= (len(people) if nobodys is None else nobodys)
    after = dict(held)
    for one in got:
        if (agency := people[one].agency_id) is not None:
            after[agency] = after.get(agency, 0) + 1
            assert per_agency is None or after[agency] <= per_agency
    then = Taken(taken.total + len(got), after)
    left = [one for one in people.values() if one.id not in got]
    # Nobody is passed over whom nothing holds back, and another round gives nothing more.
    assert all(reason(one.agency_id, rule, then) is not Reason.NEXT for one in left)
    assert chosen(left, rule, then) == []
    # What is kept is kept by those who need it alone: others got only what was free beyond.
    if nobodys is not None:
        above = [
            one for one in got if held.get(people[one].agency_id, 0) >= rule.share(people[one].agency_id)
        ]
        assert len(above) <= nobodys - kept(rule, taken)
