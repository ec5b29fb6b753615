"""Nothing of a template gets into papers that leads out of them, tells of who made it, is hidden or not filled in."""

import io
import time
from dataclasses import replace
from itertools import product

import docx
import pytest
from lxml import etree

from models.errors import Conflict
from service.documents import docx_template, docx_template_checks, docx_template_child
from service.documents.docx_filling import fill
from service.documents.docx_merging import Package
from service.documents.docx_placeholders import BLOCKS, FACTS, TEXTS
from service.documents.docx_tags import MOST_TAGS, paragraphs
from service.documents.template_problems import sentence
from tests.service.documents import docx_papers as papers
from tests.service.documents.docx_papers import W
from tests.service.documents.word_templates import bare, file_of, paragraph, parts_of, related, template

BODY = paragraph("{{p body }}")
VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
NOTES = '<w:footnotes xmlns:w="{}"><w:footnote w:id="1">{}</w:footnote></w:footnotes>'
THEME = '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="x"/>'
CARRIED = (
    "word/document.xml",
    "word/styles.xml",
    "word/numbering.xml",
    "word/settings.xml",
    "word/header1.xml",
    "word/footnotes.xml",
    "word/theme/theme1.xml",
)


def whole() -> dict[str, bytes]:
    """A template with every kind of part that papers carry."""
    made = template(word__footnotes_xml=NOTES.format(W, paragraph("x")), word__theme__theme1_xml=THEME)
    made = related(made, "footnotes", "footnotes.xml")
    return parts_of(related(made, "theme", "theme/theme1.xml"))


def within(part: str, inner: str) -> bytes:
    """A template with XML at the end of a part; in settings within what is taken of them."""
    parts = whole()
    root = etree.fromstring(parts[part])
    holder = root.find(f"{{{W}}}compat") if part == "word/settings.xml" else root
    if part == "word/document.xml":
        holder = next(root.iter(f"{{{W}}}r"))
    wrapped = etree.fromstring(f'<x xmlns:w="{W}" {VML}>{inner}</x>')
    assert holder is not None
    holder.extend(list(wrapped))
    parts[part] = etree.tostring(root)
    return file_of(parts)


def codes(content: bytes) -> set[str]:
    """What is found in a template, in this process."""
    found = docx_template_checks.problems(Package(parts_of(content)), list(TEXTS), list(BLOCKS), list(FACTS))
    assert all(sentence(one).to("vi") for one in found)
    return {one["code"] for one in found}


ADDRESSES = (
    "http://x.test/a",
    "HTTPS://x.test",
    "file:c:/a",
    r"\\10.0.0.1\a",
    "//x.test/a",
    "mailto:a@x.test",
    r"c:\a",
)
CHANGES = (
    *(f"<w:{name}/>" for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "delText")),
    *(f"<w:{one}Change/>" for one in ("rPr", "pPr", "sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "numbering")),
    '<w:rPr w:author="An"/>',
    '<w:rPr w:date="2026-01-01T00:00:00Z"/>',
    '<w:rPr w:ed="an@x.test"/>',
)  # fmt: skip
HIDING = (
    *(f"<w:rPr><w:{name}/></w:rPr>" for name in ("vanish", "specVanish", "webHidden")),
    '<w:rPr><w:vanish w:val="1"/></w:rPr>',
    "<w:trPr><w:hidden/></w:trPr>",
    '<v:shape style="position:absolute;visibility:hidden"/>',
    "<w:style w:styleId='a'><w:name w:val='a'/><w:rPr><w:vanish/></w:rPr></w:style>",
    "<w:docDefaults><w:rPrDefault><w:rPr><w:vanish/></w:rPr></w:rPrDefault></w:docDefaults>",
)


def test_what_is_looked_at_is_all_that_papers_carry() -> None:
    package = Package(whole())
    assert codes(file_of(whole())) == set()
    docx_template_checks.problems(package, list(TEXTS), list(BLOCKS), list(FACTS))
    assert set(CARRIED) <= set(package.xml_parts())


@pytest.mark.parametrize(("part", "address"), list(product(CARRIED, ADDRESSES)))
def test_no_part_holds_an_address(part: str, address: str) -> None:
    assert codes(within(part, f'<w:x w:val="{address}"/>')) & {"address", "external"}


@pytest.mark.parametrize(("part", "attribute"), list(product(CARRIED, ("src", "href", "o:href", "o:althref"))))
def test_pictures_of_vml_come_by_relation_only(part: str, attribute: str) -> None:
    for value in ("http://x.test/a.png", r"\\x\a.png", "a.png"):
        assert "address" in codes(within(part, f'<v:imagedata {attribute}="{value}"/>')), value
    kept = "<v:shape style='position:absolute;margin-left:0' href='#top'><v:imagedata o:relid='rId9'/></v:shape>"
    assert codes(within(part, kept)) == set()


def test_without_the_rule_an_address_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    made = within("word/styles.xml", '<w:x w:val="http://x.test/a"/>')
    monkeypatch.setattr(docx_template_checks, "is_address", lambda _value: False)
    assert codes(made) == set()


@pytest.mark.parametrize(("part", "inner"), list(product(CARRIED, CHANGES)))
def test_nothing_waits_to_be_accepted_or_names_who_changed_it(part: str, inner: str) -> None:
    assert "changes" in codes(within(part, inner))


@pytest.mark.parametrize(("part", "inner"), list(product(CARRIED, HIDING)))
def test_nothing_is_hidden(part: str, inner: str) -> None:
    assert codes(within(part, inner)) & {"hidden", "hidden_style"}
    assert codes(within(part, '<w:rPr><w:vanish w:val="0"/></w:rPr>')) == set()


@pytest.mark.parametrize("part", CARRIED)
def test_a_namespace_is_that_of_a_known_format(part: str) -> None:
    assert "address" in codes(within(part, '<a:x xmlns:a="http://x.test/spy"/>'))


def test_remarks_names_and_settings_stay_behind() -> None:
    parts = whole()
    for name in CARRIED:
        begin, mark, rest = parts[name].partition(b"?>\n")
        content = rest if mark else begin
        parts[name] = b"<!-- Evil --><?evil Evil?>" + content.replace(b"</w:", b"<!-- Evil --><?evil Evil?></w:", 1)
        parts[name] = parts[name].replace(b"/><w:", b"/>Evil<w:", 1)
    parts["word/settings.xml"] = parts["word/settings.xml"].replace(
        b"</w:settings>",
        b'<w:attachedSchema w:val="http://x.test/Evil"/><w:docVars><w:docVar w:name="Evil" w:val="Evil"/></w:docVars>'
        b'<sl:schemaLibrary xmlns:sl="http://schemas.openxmlformats.org/schemaLibrary/2006/main">'
        b'<sl:schema sl:uri="Evil" sl:schemaLocation="http://x.test/Evil"/></sl:schemaLibrary>'
        b'<w:new w:val="Evil"/></w:settings>',
    )
    made = '<w:p><w:permStart w:id="1" w:ed="Evil"/><w:r><w:t>a</w:t></w:r><w:permEnd w:id="1"/></w:p>'
    picture = rf'<w:p><w:r><w:pict {VML}><v:shape o:gfxdata="Evil//" alt="c:\Users\Evil\a.png"/></w:pict></w:r></w:p>'
    parts["word/document.xml"] = parts["word/document.xml"].replace(b"<w:body>", f"<w:body>{made}{picture}".encode())
    filled = docx_template.write_with(papers.letter(), file_of(parts))
    assert b"Evil" not in b"".join(parts_of(filled).values())
    assert codes(file_of(parts)) == set()


def test_a_template_made_by_word_is_taken() -> None:
    made = docx.Document()
    made.core_properties.author = "Evil"
    for text in ("Sở Ngoại vụ – https://haiphong.gov.vn", "{{ title }}", "{{p body }}"):
        made.add_paragraph(text)
    made.add_table(2, 2, style="Table Grid")
    written = io.BytesIO()
    made.save(written)
    assert docx_template.problems(written.getvalue()) == []


UNREAD = {
    "a note": ("word/footnotes.xml", f"<w:footnote>{paragraph('{{ title }}')}</w:footnote>"),
    "a condition in a note": ("word/footnotes.xml", f"<w:footnote>{paragraph('{%p if title %}')}</w:footnote>"),
    "letters as a picture": ("word/header1.xml", '<v:textpath string="{{ title }}"/>'),
    "a description": ("word/document.xml", '<w:x descr="{{ title }}"/>'),
    "a style": ("word/styles.xml", "<w:x>{{ title }}</w:x>"),
}


@pytest.mark.parametrize("what", UNREAD)
def test_a_placeholder_that_nobody_would_fill_in_is_refused(what: str) -> None:
    assert "not_here" in codes(within(*UNREAD[what]))


def test_every_paragraph_is_read_wherever_it_stands() -> None:
    cell = f"<w:tc>{paragraph('{{ title }}')}</w:tc>"
    row = f"<w:sdt><w:sdtContent><w:tr><w:sdt><w:sdtContent>{cell}</w:sdtContent></w:sdt></w:tr></w:sdtContent></w:sdt>"
    grid = '<w:tblPr/><w:tblGrid><w:gridCol w:w="9"/></w:tblGrid>'
    made = bare(
        f"<w:tbl>{grid}{row}</w:tbl>", f"<w:sdt><w:sdtContent>{paragraph('{{ number }}')}</w:sdtContent></w:sdt>", BODY
    )
    root = etree.fromstring(parts_of(made)["word/document.xml"])
    assert {one for one, _place in paragraphs(root, "")} == set(root.iter(f"{{{W}}}p"))
    assert docx_template.problems(made) == []
    assert papers.paragraph_texts(docx_template.write_with(papers.letter(), made))[:2] == ["KẾ HOẠCH", "Số: 12/KH-SNgV"]


def changed(part: str, before: str, after: str) -> bytes:
    """A template with something of a part replaced."""
    parts = parts_of(template())
    assert before.encode() in parts[part]
    return file_of({**parts, part: parts[part].replace(before.encode(), after.encode())})


UNFILLABLE = {
    "half a width": (changed("word/document.xml", 'w:w="11906"', 'w:w="119.5"'), "number", 'w:pgSz w:w="119.5"'),
    "a margin": (changed("word/document.xml", 'w:left="1701"', 'w:left="3cm"'), "number", 'w:pgMar w:left="3cm"'),
    "a list": (changed("word/numbering.xml", 'w:numId="1"', 'w:numId="x"'), "number", 'w:num w:numId="x"'),
    "no first list": (
        template(word__numbering_xml=f'<w:numbering xmlns:w="{W}"><w:num w:numId="1"/></w:numbering>',
                 word__styles_xml=f'<w:styles xmlns:w="{W}"><w:style w:styleId="a"><w:name/></w:style></w:styles>'),
        "", "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", UNFILLABLE)
def test_a_template_is_taken_only_if_papers_can_be_made_with_it(what: str) -> None:
    content, code, words = UNFILLABLE[what]
    found = docx_template.problems(content)
    if code:
        assert [one["code"] for one in found] == [code]
        assert words in str(sentence(found[0]))
    if not found:
        docx_template.write_with(papers.letter(), content)


def test_without_a_trial_it_would_fail_later(monkeypatch: pytest.MonkeyPatch) -> None:
    content = UNFILLABLE["half a width"][0]
    monkeypatch.setattr(docx_template, "_trial", lambda _template: [])
    assert docx_template.problems(content) == []
    with pytest.raises(Conflict, match="template"):
        docx_template.write_with(replace(papers.letter(), paper=papers.Paper.LANDSCAPE), content)


def test_a_trial_that_does_not_end_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def ask(what: str, *_asked: object) -> bytes:
        if what == "try":
            raise docx_template.TemplateUnreadable
        return b'{"problems": []}'

    monkeypatch.setattr(docx_template, "ask", ask)
    assert [one["code"] for one in docx_template.problems(b"")] == ["too_much"]


def test_anything_that_goes_wrong_in_a_trial_says_at_which_part(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(asked: dict[str, list[str]], _content: bytes) -> bytes:
        asked["at"].append("numbering")
        raise KeyError

    monkeypatch.setattr(docx_template_child, "filled", fail)
    answer = docx_template_child.tried({"trials": [{}], "most": 1, "at": []}, b"")
    assert b'"unfillable"' in answer
    assert b'"numbering"' in answer


def test_placeholders_are_bounded_and_put_in_one_way_through() -> None:
    most, more = (bare(paragraph("{{ title }} " * count), BODY) for count in (MOST_TAGS - 1, MOST_TAGS))
    assert codes(most) == set()
    assert codes(more) == {"too_many"}
    began = time.monotonic()
    assert codes(bare(paragraph("{{ title }} " * 20_000), BODY)) == {"too_many"}
    texts = {"title": [[("x", "vi")]]}
    root = etree.fromstring(f'<w:body xmlns:w="{W}">{paragraph("a{{ title }}" * 20_000)}</w:body>')
    fill(root, texts, {}, {})
    assert "".join(root.itertext()) == "ax" * 20_000
    assert time.monotonic() - began < 20  # every placeholder looking at all the others takes minutes
