"""Templates that are wrong are refused place by place; malicious ones are refused, or stopped in little time."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.vocabulary import DocumentKind, Language
from service.documents import docx_template, docx_template_child
from service.documents.docx_shipped import shipped
from service.documents.template_problems import sentence
from tests.service.documents import docx_papers as papers
from tests.service.documents.word_templates import (
    bare,
    file_of,
    paragraph,
    parts_of,
    related,
    template,
)

BODY = paragraph("{{p body }}")


def table(*cells: str) -> str:
    """A table of one row."""
    made = "".join(f"<w:tc>{cell}</w:tc>" for cell in cells)
    grid = '<w:gridCol w:w="100"/>' * len(cells)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid><w:tr>{made}</w:tr></w:tbl>"


def field(*instructions: str) -> str:
    """A field whose instruction is divided over runs."""
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in instructions)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{one}"/></w:r>' for one in ("begin", "end"))
    return f"<w:p>{begin}{runs}{end}</w:p>"


WRONG: dict[str, tuple[bytes, str, str]] = {
    # what is uploaded; the code; the place and the tag, as an administrator reads them
    "unknown name": (
        bare(paragraph("a"), paragraph("Về {{ titel }}"), BODY),
        "unknown",
        "Text, paragraph 2 (“Về {{ titel }}”)",
    ),
    "in a cell": (
        bare(paragraph("a"), table(paragraph("x"), paragraph("{{ titel }}")), BODY),
        "unknown",
        "Text, table 1, row 1, cell 2",
    ),
    "a computation": (bare(paragraph("{{ 7 * 7 }}"), BODY), "no_placeholder", "“{{ 7 * 7 }}” is no placeholder"),
    "a long text": (bare(paragraph('{{ "a" * 10**9 }}'), BODY), "no_placeholder", "paragraph 1"),
    "an attribute": (bare(paragraph("{{ title.__class__ }}"), BODY), "no_placeholder", "paragraph 1"),
    "a filter": (bare(paragraph("{{ title|attr('x') }}"), BODY), "no_placeholder", "paragraph 1"),
    "a call": (bare(paragraph("{{ title() }}"), BODY), "no_placeholder", "paragraph 1"),
    "a loop": (
        bare(paragraph("{%p for x in range(10**9) %}"), BODY, paragraph("{%p endfor %}")),
        "no_placeholder",
        "for x in",
    ),
    "an assignment": (bare(paragraph("{% set x = 1 %}"), BODY), "no_placeholder", "paragraph 1"),
    "a macro": (bare(paragraph("{% macro a() %}{{ a() }}{% endmacro %}"), BODY), "no_placeholder", "paragraph 1"),
    "an inclusion": (bare(paragraph('{% include "/etc/passwd" %}'), BODY), "no_placeholder", "paragraph 1"),
    "a comment": (bare(paragraph("{# nothing #}"), BODY), "no_placeholder", "paragraph 1"),
    "an open brace": (bare(paragraph("{{ title"), BODY), "loose", "“{{” stands there without its other half"),
    "a closed brace": (bare(paragraph("title %}"), BODY), "loose", "“%}”"),
    "content beside words": (
        bare(paragraph("Nội dung: {{p body }}")),
        "not_alone",
        "“{{p body }}” needs a paragraph of its own",
    ),
    "words as content": (bare(paragraph("{{p title }}"), BODY), "words", "write it without the “p”"),
    "no content": (bare(paragraph("{{ title }}")), "no_body", "{{p body }}"),
    "content twice": (bare(BODY, BODY), "two_bodies", "more than once"),
    "content in a header": (
        template(word__header1_xml=f'<w:hdr xmlns:w="{papers.W}">{BODY}</w:hdr>'),
        "only_in_text",
        "Header 1",
    ),
    "a condition not ended": (bare(paragraph("{%p if title %}"), BODY), "not_ended", "{%p endif %}"),
    "an end not begun": (bare(BODY, paragraph("{%p endif %}")), "not_begun", "paragraph 2"),
    "else twice": (
        bare(*map(paragraph, ["{%p if title %}", "{%p else %}", "{%p else %}", "{%p endif %}"]), BODY),
        "not_begun",
        "paragraph 3",
    ),
    "ended in another cell": (
        bare(table(paragraph("{%p if title %}"), paragraph("{%p endif %}")), BODY),
        "not_ended",
        "row 1, cell 1",
    ),
    "a condition beside words": (
        bare(paragraph("x {%p if title %}"), paragraph("{%p endif %}"), BODY),
        "not_alone",
        "paragraph 1",
    ),
    "a condition that computes": (
        bare(*map(paragraph, ['{%p if "a" * 10**9 %}', "{%p endif %}"]), BODY),
        "no_condition",
        "can't be asked",
    ),
    "a condition that calls": (
        bare(*map(paragraph, ["{%p if range(9) %}", "{%p endif %}"]), BODY),
        "no_condition",
        "paragraph 1",
    ),
    "a condition that reaches": (
        bare(*map(paragraph, ["{%p if title.__class__.__mro__ %}", "{%p endif %}"]), BODY),
        "no_condition",
        "paragraph 1",
    ),
    "a condition of a list": (
        bare(*map(paragraph, ["{%p if title in [1] %}", "{%p endif %}"]), BODY),
        "no_condition",
        "paragraph 1",
    ),
    "a condition that breaks out": (
        bare(*map(paragraph, ["{%p if title %}{% for x in [1] %}{% endfor %}{% if title %}", "{%p endif %}"]), BODY),
        "no_placeholder",
        "paragraph 1",
    ),
    "a deep condition": (
        bare(*map(paragraph, ["{%p if " + "(" * 5000 + " %}", "{%p endif %}"]), BODY),
        "no_condition",
        "paragraph 1",
    ),
    "an unknown condition": (
        bare(*map(paragraph, ["{%p if settings %}", "{%p endif %}"]), BODY),
        "unknown",
        "There are: superior",
    ),
    "hidden text": (
        bare("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>x</w:t></w:r></w:p>", BODY),
        "hidden",
        "paragraph 1",
    ),
    "tracked changes": (bare("<w:p><w:ins><w:r><w:t>x</w:t></w:r></w:ins></w:p>", BODY), "changes", "tracked changes"),
    "a field of a file": (bare(field(" INCLUDE", 'TEXT "c:\\\\x" '), BODY), "field", "INCLUDETEXT"),
    "a field of a name": (bare(field(" FILENAME \\p "), BODY), "field", "PAGE, NUMPAGES"),
    "a simple field": (bare('<w:p><w:fldSimple w:instr=" DDEAUTO excel a b "/></w:p>', BODY), "field", "DDEAUTO"),
    "a linked picture": (
        related(template(), "image", "http://x.test/a.png", external=True),
        "external",
        "http://x.test/a.png",
    ),
    "a link": (related(template(), "hyperlink", "https://x.test/", external=True), "external", "https://x.test/"),
    "a template of a template": (
        related(template(), "attachedTemplate", "file:///c:/x.dotm", external=True, part="word/settings.xml"),
        "external",
        "attachedTemplate",
    ),
    "a template inside": (
        related(template(), "attachedTemplate", "x.dotm", part="word/settings.xml"),
        "external",
        "x.dotm",
    ),
    "a linked header picture": (
        related(template(), "image", "//10.0.0.1/a.png", external=True, part="word/header1.xml"),
        "external",
        "10.0.0.1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_its_place(name: str) -> None:
    content, code, words = WRONG[name]
    found = docx_template.problems(content)
    assert code in [one["code"] for one in found]
    told = [str(sentence(one)) for one in found]
    assert any(words in one for one in told), told
    for one in found:
        for language in Language:
            assert sentence(one).to(language)


def test_comments_are_refused() -> None:
    made = template(word__comments_xml=f'<w:comments xmlns:w="{papers.W}"/>')
    assert [one["code"] for one in docx_template.problems(related(made, "comments", "comments.xml"))] == ["comments"]


def test_many_problems_are_cut_short() -> None:
    made = bare(*(paragraph(f"{{{{ wrong{number} }}}}") for number in range(100)), BODY)
    assert len(docx_template.problems(made)) == 20


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        b"x" * 1000,
        file_of({"a": b"b"}),
        file_of({**parts_of(template()), "word/document.xml": b"<w:document"}),
        file_of({**parts_of(template()), "word/document.xml": b"\0" * (70 << 20)}),
        file_of({**parts_of(template()), "_rels/.rels": b"<a/>"}),
    ],
    ids=["empty", "cut", "no archive", "no document", "broken", "bomb", "no main part"],
)
def test_what_can_not_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(docx_template.TemplateUnreadable):
        docx_template.problems(content)


def test_entities_mean_nothing() -> None:
    bomb = '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    parts = parts_of(template())
    document = parts["word/document.xml"].decode().replace("<w:document", f"{bomb}<w:document", 1)
    parts["word/document.xml"] = document.replace(
        "<w:body>", "<w:body>" + "<w:p><w:r><w:t>&b;&f;</w:t></w:r></w:p>"
    ).encode()
    filled = docx_template.write_with(papers.letter(), file_of(parts))
    everything = b"".join(parts_of(filled).values())
    assert b"aaaaaaaaaa" * 2 not in everything.replace(bomb.encode(), b"")
    assert b"root:" not in everything


# The second line of defence: what happens in the process if the first, the list of what may be asked, is taken away.
LET_THROUGH = """
import sys
from service.documents import docx_filling, docx_tags, docx_template_child as child, docx_template_checks as checks
from jinja2.sandbox import ImmutableSandboxedEnvironment
checks.problems = lambda *_asked: []
env = ImmutableSandboxedEnvironment()
def _put(paragraph, texts):
    env.from_string(paragraph.text).render(title="x")
docx_filling._put_words = _put
"""


@pytest.mark.parametrize(
    "text",
    [
        '{{ "a" * 10**10 }}',
        "{% for x in range(99999) %}{% for y in range(99999) %}{% endfor %}{% endfor %}",
        '{% set ns = "a" * 10**8 %}{% for x in range(99999) %}{% set ns = ns ~ ns %}{{ ns }}{% endfor %}',
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.__init__.__globals__ }}{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ 10**(10**9) }}",
    ],
)
def test_the_process_stops_what_gets_past_the_check(text: str, tmp_path: Path) -> None:
    child = [sys.executable, "-c", f"{LET_THROUGH}\nsys.argv = ['x', 'fill']\nchild.main()"]
    given = _asked(bare(paragraph(text), BODY))
    began = time.monotonic()
    ended = subprocess.run(child, input=given, capture_output=True, timeout=60, cwd=Path.cwd())
    assert ended.returncode != 0
    assert b"uid=" not in ended.stdout
    assert time.monotonic() - began < docx_template_child.WALL_SECONDS + 15


def test_without_anything_malicious_that_process_ends_well() -> None:
    child = [sys.executable, "-c", f"{LET_THROUGH}\nsys.argv = ['x', 'fill']\nchild.main()"]
    ended = subprocess.run(child, input=_asked(bare(paragraph("{{ title }}"), BODY)), capture_output=True, timeout=60)
    assert ended.returncode == 0
    assert ended.stdout.startswith(b"PK")


def _asked(content: bytes) -> bytes:
    """What the process is given for a letter."""
    given: list[bytes] = []

    def keep(what: str, handle: int) -> subprocess.Popen[bytes]:
        with open(handle, "rb", closefd=False) as opened:
            given.append(opened.read())
        raise docx_template.TemplateUnreadable

    before = docx_template.start
    docx_template.start = keep
    try:
        with pytest.raises(Exception):  # noqa: B017, PT011 - of what was kept nothing comes back
            docx_template.write_with(papers.letter(), content)
    finally:
        docx_template.start = before
    return given[0]


def test_an_answer_larger_than_a_paper_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_template, "MOST_FILLED", 1000)
    with pytest.raises(Exception, match="template"):
        docx_template.write_with(papers.letter(), shipped(DocumentKind.RECEPTION_PLAN))


def test_the_process_has_nothing_of_the_service() -> None:
    code = (
        "import os, sys; from service import confinement as c; c.confine(5, 15, 500_000_000, 0)\n"
        "print(sorted(os.environ))\n"
        "try: open('/etc/passwd')\nexcept OSError as wrong: print(wrong.errno)\n"
        "try: __import__('socket').socket()\nexcept OSError as wrong: print(wrong.errno)"
    )
    seen = subprocess.run(
        [sys.executable, "-c", "import socket\n" + code], capture_output=True, text=True, timeout=30, env={}
    )
    assert seen.stdout.splitlines()[1:] == ["24", "24"]
