"""REFI-QDA: projects (.qdpx) and codebooks (.qdc) for MAXQDA, NVivo, ATLAS.ti, QualCoder and others.

Standard: https://www.qdasoftware.org (REFI-QDA 1.5). A project is a zip of project.qde (XML) and sources/ (text in UTF-8). Each
task is a source of its own, on one line, so that no tool's way of counting line ends can move a place.
"""

import json
import uuid

from framings.exchange.packing import pack_members
from framings.exchange.tasks import group_spans, list_codes, list_shown, render_task

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
ORIGIN = "framings"
SPACE = uuid.uuid5(uuid.NAMESPACE_URL, PROJECT)
COLOURS = ("#1B6CA8", "#B8432F", "#5B8C3A", "#7A5BA6")  # one a family
NAME = 60  # characters of a quote that name its selection


def make_guid(*parts):
    """Return a GUID that depends on its parts alone.

    >>> make_guid("code", "RS01") == make_guid("code", "RS01") != make_guid("code", "RS02")
    True
    """
    return str(uuid.uuid5(SPACE, "\x1f".join(parts)))


def write_qdc(codebook):
    """Return the bytes of a REFI-QDA codebook: families hold their codes; the definition is the description."""
    from pyrefiqda.models import CodeBook, CodebookCodesType, CodebookCodeType

    book = CodeBook(origin=ORIGIN, codes=CodebookCodesType(code=_write_codes(codebook, CodebookCodeType)))
    return _render(book, CODEBOOK)


def write_qdpx(tasks, codebook, spans=None, coder="coder"):
    """Return the bytes of a REFI-QDA project: the codebook, a user, one source a task, and SPANS, if any, as coded selections."""
    from pyrefiqda.models import Project, ProjectCodeBookType, ProjectCodesType, ProjectCodeType, SourcesType, UsersType, UserType

    marked, user = group_spans(spans), make_guid("user", coder)
    sources, members = [], {}
    for task in list_shown(tasks):
        source, text = _write_source(task, marked.get(task["task_id"], []), user)
        sources.append(source)
        members[source.plain_text_path.replace("internal://", "sources/")] = text.encode()
    project = Project(
        name="Coding tasks",
        origin=ORIGIN,
        users=UsersType(user=[UserType(guid=user, name=coder)]),
        code_book=ProjectCodeBookType(codes=ProjectCodesType(code=_write_codes(codebook, ProjectCodeType))),
        sources=SourcesType(text_source=sources),
    )
    return pack_members({"project.qde": _render(project, PROJECT)} | members)


def _write_codes(codebook, kind):
    """Return the codes of the codebook as objects of ``kind``, under their families."""
    codes = list_codes(codebook)
    folders = []
    for number, (family, members) in enumerate(codes.groupby("family", sort=False)):
        colour = COLOURS[number % len(COLOURS)]
        inner = [
            kind(
                guid=make_guid("code", row["code"]),
                name=f"{row['code']} {row['title']}",
                is_codable=True,
                color=colour,
                description=" ".join(row["definition"].split()),
            )
            for row in members.to_dict("records")
        ]
        folders.append(kind(guid=make_guid("family", family), name=family, is_codable=False, color=colour, code=inner))
    return folders


def _write_source(task, spans, user):
    """Return (source, text) of a task; a selection's description holds quote, prefix and suffix as JSON."""
    from pyrefiqda.models import CodeRefType, CodingType, PlainTextSelectionType, TextSourceType

    text, offset = render_task(task)
    selections = {}
    for span in spans:
        key = make_guid("selection", task["task_id"], str(span["start"]), str(span["end"]))
        coding = CodingType(
            guid=make_guid("coding", key, span["code"]),
            creating_user=user,
            code_ref=CodeRefType(target_guid=make_guid("code", span["code"])),
        )
        if key not in selections:
            around = {name: span[name] for name in ("quote", "prefix", "suffix")}
            selections[key] = PlainTextSelectionType(
                guid=key,
                name=" ".join(span["quote"].split())[:NAME],
                description=json.dumps(around, ensure_ascii=False),
                start_position=span["start"] + offset,
                end_position=span["end"] + offset,
                creating_user=user,
            )
        selections[key].coding.append(coding)
    guid = make_guid("source", task["task_id"], text)
    chosen = list(selections.values())
    source = TextSourceType(
        guid=guid, name=task["task_id"], plain_text_path=f"internal://{guid}.txt", plain_text_selection=chosen
    )
    return source, text


def _render(model, space):
    """Return the XML of a model as bytes."""
    from xsdata.formats.dataclass.serializers.config import SerializerConfig
    from xsdata_pydantic.bindings import XmlSerializer

    config = SerializerConfig(xml_declaration=True, encoding="UTF-8")
    return XmlSerializer(config=config).render(model, ns_map={None: space}).encode() + b"\n"
