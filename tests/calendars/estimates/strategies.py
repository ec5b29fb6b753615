"""Any inputs, any visits."""

from datetime import date, timedelta

from hypothesis import strategies as st

from calendars.estimates.inputs import EstimateInputs, Interpreting, PerDiem, Session, Translation, VisitFigures
from models.vocabulary import Currency, Direction, NormItem

people = st.integers(0, 200)
maybe_people = st.none() | people
hundredths = st.integers(0, 5000)
maybe_quantity = st.none() | hundredths

sessions = st.builds(Session, st.integers(1, 8), people, st.none() | st.just("01KAAAAAAAAAAAAAAAAAAAAAAA"))
interpreting = st.builds(Interpreting, hundredths, st.integers(0, 10), st.booleans(), st.booleans())
translations = st.builds(Translation, hundredths, st.booleans(), st.integers(0, 30))
per_diems = st.builds(
    PerDiem,
    st.integers(0, 10**9),
    st.sampled_from(Currency),
    st.sampled_from([NormItem.PER_DIEM, NormItem.LODGING]),
    maybe_people,
    maybe_quantity,
)


def any_inputs() -> st.SearchStrategy[EstimateInputs]:
    """Inputs within their bounds."""
    return st.builds(
        EstimateInputs,
        heads=maybe_people,
        deputies=maybe_people,
        members=maybe_people,
        nights=st.none() | st.integers(0, 30),
        meal_days=maybe_quantity,
        breakfast=st.booleans(),
        banquet_hosts=maybe_people,
        sessions=st.lists(sessions, max_size=3).map(tuple),
        interpreting=st.lists(interpreting, max_size=3).map(tuple),
        translations=st.lists(translations, max_size=3).map(tuple),
        flowers=people,
        gifts_heads=people,
        gifts_spouses=people,
        gifts_members=people,
        per_diems=st.lists(per_diems, max_size=4).map(tuple),
    )


@st.composite
def visits(draw: st.DrawFn) -> VisitFigures:
    """Visits around the first day of the act."""
    arrives_on = date(2026, 5, 1) + timedelta(days=draw(st.integers(0, 60)))
    return VisitFigures(
        draw(st.sampled_from(Direction)),
        arrives_on,
        arrives_on + timedelta(days=draw(st.integers(0, 20))),
        draw(people),
        draw(people),
        draw(people),
    )
