"""What the programme editor shows of items is what it reads back, whatever stands in them."""

from datetime import date, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendars.programmes.items import NAMES, ProgrammeItemValues
from calendars.programmes.pasting import columns_of
from models.event_parts import ProgrammeItem
from models.text import clean, in_order, one_line
from models.vocabulary import Language
from service.web.programme import rows, sheet
from service.web.programme.rows import EditorRow

_TYPED = st.text(alphabet="aăâđ ກຂ\n\t.<>&\"'", min_size=1, max_size=8)
LINE = _TYPED.map(one_line).filter(bool)
"""A title is stored on one line."""
TEXT = _TYPED.map(clean).filter(bool)


def texts(*needed: str, text: st.SearchStrategy[str] = TEXT) -> st.SearchStrategy[dict[str, str]]:
    optional = {language.value: text for language in Language if language not in needed}
    return st.fixed_dictionaries(dict.fromkeys(needed, text), optional=optional).map(in_order)


HOURS = st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59))
ITEMS = st.lists(
    st.builds(
        ProgrammeItemValues,
        day=st.dates(date(2027, 3, 1), date(2027, 3, 5)),
        start_time=HOURS,
        end_time=HOURS,
        title=texts("vi", text=LINE) | texts("en", text=LINE),
        place=st.none() | texts("vi"),
        hosted_by=st.none() | texts("en"),
        attendees=st.none() | texts("vi", "en"),
        travel_minutes=st.none() | st.integers(0, 1440),
    ),
    max_size=5,
)
LANGUAGES = st.sampled_from([(Language.VI, Language.LO), (Language.LO, Language.EN), (Language.VI, Language.EN)])


def sent(shown: list[EditorRow], languages: tuple[Language, Language]) -> MultiDict[str, str]:
    """The form as a browser sends it."""
    form: MultiDict[str, str] = MultiDict()
    for row in shown:
        form.add("id", row.id)
        form.add("day", row.day)
        for name in columns_of(languages):
            form.add(name, row.cells.get(name, ""))
    return form


@given(ITEMS, LANGUAGES)
def test_saving_what_is_shown_changes_nothing(
    items: list[ProgrammeItemValues], languages: tuple[Language, Language]
) -> None:
    stored = {
        f"id{number}": ProgrammeItem(id=f"id{number}", event_id="e", **{name: getattr(one, name) for name in NAMES})
        for number, one in enumerate(items)
    }
    shown = [EditorRow.of(item, languages) for item in stored.values()]
    sheet.add_empty(shown, [date(2027, 3, 1), date(2027, 3, 6)])
    read = rows.read_rows(sent(shown, languages), languages)
    loaded: list[dict[str, Any]] = rows.load(read, languages, stored)
    assert {one["id"]: {name: one[name] for name in NAMES} for one in loaded} == {
        identity: {name: getattr(item, name) for name in NAMES} for identity, item in stored.items()
    }
