"""Papers filled into templates: the same words as without one, in the office's own letter-head."""

import re
from dataclasses import replace

import pytest

from calendars.documents.value import CardForm, Document, Paper, Paragraph, Run, Text
from models.errors import Conflict
from models.vocabulary import DocumentKind, Language
from service.documents import docx_template, docx_writer
from service.documents.docx_shipped import shipped
from tests.service.documents import docx_papers as papers
from tests.service.documents.docx_papers import NS, W, both, lo, vi
from tests.service.documents.word_templates import bare, file_of, paragraph, parts_of, related, template

PAPERS: dict[str, Document] = {
    "letter": papers.letter(),
    "party": papers.letter(papers.PARTY_HEAD),
    "lao": papers.letter(papers.LAO_HEAD),
    "programme": papers.programme(),
    "pocket": replace(papers.programme(), kind=DocumentKind.PROGRAMME_POCKET, paper=Paper.POCKET),
    "figures": papers.figures(),
    "plates": papers.cards(CardForm.PLATE, 2),
    "badges": papers.cards(CardForm.BADGE, 3),
    "several": replace(papers.letter(), following=(papers.letter(papers.PARTY_HEAD), papers.letter())),
    "unsigned": replace(papers.letter(), signatures=(), recipients=()),
    "both sign": replace(papers.letter(), signatures=(papers.SIGNATURE, papers.SIGNATURE), recipients=()),
}


def lines(content: bytes) -> list[str]:
    return [line.strip() for text in papers.paragraph_texts(content) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("kind", DocumentKind)
def test_a_shipped_template_is_one_that_could_be_uploaded(kind: DocumentKind) -> None:
    assert docx_template.problems(shipped(kind)) == []


@pytest.mark.parametrize("name", PAPERS)
def test_says_the_same_as_without_a_template(name: str) -> None:
    document = PAPERS[name]
    filled = docx_template.write_with(document, shipped(document.kind))
    assert lines(filled) == lines(docx_writer.write(document))
    assert docx_template.write_with(document, shipped(document.kind)) == filled


def test_an_administrators_words_and_letter_head_are_kept() -> None:
    made = template(
        paragraph("VĂN PHÒNG LỄ TÂN – điện thoại 0225 3 000 000"),
        paragraph("Gửi theo: {{ number }}; về: {{ abstract }}."),
    )
    found = lines(docx_template.write_with(papers.letter(), made))
    assert found[:2] == [
        "VĂN PHÒNG LỄ TÂN – điện thoại 0225 3 000 000",
        "Gửi theo: Số: 12/KH-SNgV; về: Đón Đoàn đại biểu tỉnh Viêng Chăn.",
    ]
    assert found[2:] == lines(docx_writer.write(papers.letter()))


def test_placeholders_are_found_however_word_divides_them_and_keep_their_face() -> None:
    divided = (
        '<w:p><w:r><w:rPr><w:i/></w:rPr><w:t>A {</w:t></w:r><w:proofErr w:type="spellStart"/><w:r><w:rPr><w:b/></w:rPr>'
        "<w:t>{ tit</w:t></w:r><w:r><w:t>le }} B {{title}}</w:t></w:r><w:r><w:t>{{ number }} C</w:t></w:r></w:p>"
    )
    content = docx_template.write_with(papers.letter(), bare(divided, paragraph("{{p body }}")))
    assert lines(content)[0] == "A KẾ HOẠCH B KẾ HOẠCHSố: 12/KH-SNgV C"
    runs = {run.findtext("w:t", namespaces=NS): run for run in papers.part(content).iter(f"{{{W}}}r")}
    assert runs["KẾ HOẠCH"].find("w:rPr/w:i", NS) is None or runs["KẾ HOẠCH"].find("w:rPr/w:b", NS) is None
    first = papers.part(content).find(".//w:p", NS)
    assert first.findall("w:r", NS)[1].find("w:rPr/w:i", NS) is not None


def test_lao_words_get_their_face_in_a_vietnamese_run() -> None:
    document = replace(papers.letter(), title=both("KẾ HOẠCH", "ແຜນການ"))
    content = docx_template.write_with(document, shipped(document.kind))
    lao = next(run for run in papers.part(content).iter(f"{{{W}}}r") if run.findtext("w:t", namespaces=NS) == "ແຜນການ")
    assert lao.find("w:rPr/w:rFonts", NS).get(f"{{{W}}}cs") == "Phetsarath OT"
    assert lao.find("w:rPr/w:cs", NS) is not None
    assert lao.find("w:rPr/w:lang", NS).get(f"{{{W}}}val") == "lo-LA"
    before = lao.getprevious()
    assert before.find("w:br", NS) is not None


def test_what_is_not_known_leaves_no_empty_paragraph() -> None:
    document = replace(papers.letter(), addressee=(), title=())
    made = bare(paragraph("{{ title }}"), paragraph("  {{ addressee }} "), paragraph("{{p body }}"), paragraph("x"))
    content = docx_template.write_with(document, made)
    first = papers.part(content).find("w:body", NS)[0]
    assert "".join(first.itertext()) == "I. MỤC ĐÍCH"


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("title", True),
        ("not title", False),
        ('form == "state"', True),
        ("form != “state”", False),
        ('kind == "reception-plan" and language == "vi"', True),
        ('form == "lao" or addressee', True),
        ("signature", True),
        ("title == 'KẾ HOẠCH'", True),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    steps = [f"{{%p if {condition} %}}", "có", "{%p else %}", "không", "{%p endif %}"]
    made = bare(*map(paragraph, steps), paragraph("{{p body }}"))
    assert docx_template.problems(made) == []
    assert lines(docx_template.write_with(papers.letter(), made))[0] == ("có" if holds else "không")


def test_conditions_stand_in_each_other_and_in_cells() -> None:
    inner = "".join(map(paragraph, ["{%p if addressee %}", "trong", "{%p endif %}"]))
    cell = f'<w:tc><w:tcPr><w:tcW w:w="5000" w:type="dxa"/></w:tcPr>{inner}</w:tc>'
    table = f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="5000"/></w:tblGrid><w:tr>{cell}</w:tr></w:tbl>'
    made = bare(
        *map(paragraph, ["{%p if title %}", "{%p if not abstract %}", "nie", "{%p endif %}"]),
        table,
        *map(paragraph, ["{%p endif %}", "{{p body }}"]),
    )
    assert docx_template.problems(made) == []
    assert lines(docx_template.write_with(papers.letter(), made))[0] == "trong"
    nobody = docx_template.write_with(replace(papers.letter(), addressee=()), made)
    assert lines(nobody)[0] == "I. MỤC ĐÍCH"
    assert papers.part(nobody).find(".//w:tc", NS)[-1].tag == f"{{{W}}}p"


@pytest.mark.parametrize(
    "text", ["{{ title }}", "{%p if x %}", "{{ 7*7 }}", "{# a #}", "<w:p/>&amp;", "\u202e=1+1", "a" * 10_000]
)
def test_a_papers_own_words_are_never_placeholders(text: str) -> None:
    one: Text = ((Run(text, Language.VI),),)
    document = replace(papers.letter(), title=one, abstract=one, addressee=one, blocks=(Paragraph(one),))
    wanted = lines(docx_writer.write(document))
    assert lines(docx_template.write_with(document, shipped(document.kind))) == wanted
    assert sum(line == wanted[wanted.index("Hải Phòng, ngày 07 tháng 3 năm 2026") + 1] for line in wanted) == 4


def test_blocks_use_the_templates_own_styles_by_name_and_bring_those_it_lacks() -> None:
    parts = parts_of(shipped(DocumentKind.RECEPTION_PLAN))
    styles = parts["word/styles.xml"].decode()
    styles = styles.replace('w:styleId="Heading1"', 'w:styleId="u1"').replace('w:val="heading 1"', 'w:val="Heading 1"')
    parts["word/styles.xml"] = re.sub(
        r'<w:style w:type="paragraph" w:styleId="ListBullet">.*?</w:style>', "", styles
    ).encode()
    content = docx_template.write_with(papers.letter(), file_of(parts))
    named = {
        "".join(one.itertext()): one.find("w:pPr/w:pStyle", NS).get(f"{{{W}}}val")
        for one in papers.part(content).iter(f"{{{W}}}p")
        if one.find("w:pPr/w:pStyle", NS) is not None
    }
    assert named["I. MỤC ĐÍCH"] == "u1"
    found = [one.get(f"{{{W}}}styleId") for one in papers.part(content, "word/styles.xml").iter(f"{{{W}}}style")]
    assert named["Chu đáo"] in found
    assert len(found) == len(set(found))


@pytest.mark.parametrize("keeps_lists", [True, False])
def test_lists_stand_behind_the_templates_own(keeps_lists: bool) -> None:
    parts = parts_of(shipped(DocumentKind.RECEPTION_PLAN))
    if not keeps_lists:
        del parts["word/numbering.xml"]
        for name in ("[Content_Types].xml", "word/_rels/document.xml.rels"):
            parts[name] = re.sub(
                rb'<(?:Override PartName="/word/numbering|Relationship Id="rNumbering")[^>]*>', b"", parts[name]
            )
    content = docx_template.write_with(papers.letter(), file_of(parts))
    there = {one.get(f"{{{W}}}numId") for one in papers.part(content, "word/numbering.xml").iter(f"{{{W}}}num")}
    used = {one.get(f"{{{W}}}val") for one in papers.part(content).iter(f"{{{W}}}numId")}
    assert len(used) == 3
    assert used <= there


def test_tables_are_as_wide_as_the_templates_text_and_turn_with_the_paper() -> None:
    parts = parts_of(shipped(DocumentKind.PROGRAMME))
    parts["word/document.xml"] = parts["word/document.xml"].replace(b'w:left="1701"', b'w:left="2268"')
    upright = replace(papers.programme(), paper=Paper.PORTRAIT)
    for document, across in ((upright, False), (papers.programme(), True)):
        file = papers.part(docx_template.write_with(document, file_of(parts)))
        size, margins = file.find(".//w:pgSz", NS), file.find(".//w:pgMar", NS)
        assert (int(size.get(f"{{{W}}}w")) > int(size.get(f"{{{W}}}h"))) == across
        room = int(size.get(f"{{{W}}}w")) - int(margins.get(f"{{{W}}}left")) - int(margins.get(f"{{{W}}}right"))
        table = file.findall(".//w:tbl", NS)[0]
        assert sum(int(one.get(f"{{{W}}}w")) for one in table.iter(f"{{{W}}}gridCol")) == pytest.approx(room, abs=4)


def test_each_letter_has_its_own_words_in_its_headers_too() -> None:
    parts = parts_of(shipped(DocumentKind.ASSIGNMENT_LETTERS))
    for name in ("word/header1.xml", "word/header2.xml"):
        parts[name] = parts[name].replace(b"</w:hdr>", paragraph("Về {{ addressee }}").encode() + b"</w:hdr>")
    first, second = (
        replace(papers.letter(), kind=DocumentKind.ASSIGNMENT_LETTERS, addressee=vi(name))
        for name in ("Công an", "Sở Y tế")
    )
    content = docx_template.write_with(replace(first, following=(second,)), file_of(parts))
    relations = {
        one.get("Id"): one.get("Target").lstrip("/") for one in papers.part(content, "word/_rels/document.xml.rels")
    }
    sections = papers.part(content).findall(".//w:sectPr", NS)
    assert len(sections) == 2
    for section, name in zip(sections, ("Công an", "Sở Y tế"), strict=True):
        headers = [relations[one.get(f"{{{NS_R}}}id")] for one in section.findall("w:headerReference", NS)]
        assert len(headers) == 2
        for header in headers:
            path = header if header.startswith("word/") else f"word/{header}"
            assert papers.paragraph_texts(content, path)[-1] == f"Về {name}"


NS_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def test_nothing_of_who_made_the_template_is_in_the_paper() -> None:
    made = template(
        '<w:p w:rsidR="00A1B2C3" w:rsidRDefault="00A1B2C4"><w:r><w:t>x</w:t></w:r></w:p>',
        docProps__app_xml="<Properties><Company>Evil Corp</Company><Template>C:\\me.dotm</Template></Properties>",
        customXml__item1_xml="<secret>Evil Corp</secret>",
        docProps__core_xml="<cp:coreProperties xmlns:cp='x'><creator>Evil Corp</creator></cp:coreProperties>",
        word__webSettings_xml="<w:webSettings xmlns:w='x'>Evil Corp</w:webSettings>",
    )
    made = related(made, "webSettings", "webSettings.xml")
    content = docx_template.write_with(papers.letter(), made)
    everything = b"".join(parts_of(content).values()).decode()
    assert "Evil" not in everything
    assert "rsid" not in everything
    told = papers.part(content, "docProps/core.xml")
    assert [one.text for one in told] == ["KẾ HOẠCH – Đón Đoàn đại biểu tỉnh Viêng Chăn", "Sở Ngoại vụ"]


def test_a_template_that_can_not_be_filled_is_named() -> None:
    with pytest.raises(Conflict) as refused:
        docx_template.write_with(papers.letter(), b"PK\x03\x04 no archive")
    assert refused.value.code == "template_failed"
    with pytest.raises(Conflict):
        docx_template.write_with(papers.letter(), bare(paragraph("{{ nothing_of_it }}"), paragraph("{{p body }}")))


def test_lao_signatures_stand_in_a_bilingual_paper() -> None:
    document = replace(papers.letter(), recipients=(lo("ບ່ອນສົ່ງ:"), lo("- ເກັບມ້ຽນ")))
    assert lines(docx_template.write_with(document, shipped(document.kind))) == lines(docx_writer.write(document))
