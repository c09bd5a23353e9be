"""Preregistrations: what is asked, how it is decided and what would count against it, in words, from the files that decide it.

The template (Jinja, ``docs/preregistration.md.j2``) is the prose; this module gives it each hypothesis in words.
"""

import jinja2

from framings.agreement import CODE_GATE, FAMILY_GATE, LEAST_DOCUMENTS, LEAST_SENTENCES
from framings.assessments import MIN_PERIOD, VERDICTS
from framings.codebook import COMPOSITE_PARTS, find_families
from framings.estimates import DETECTABLE, EXACT_UP_TO, LEVEL, MIN_SWAPPED, RARE_DOCUMENTS, RARE_SENTENCES
from framings.products import name_actors
from framings.registrations import compare_registration
from framings.report import join_words

RULES = {
    "level": LEVEL,
    "detectable": DETECTABLE,
    "exact_up_to": EXACT_UP_TO,
    "min_swapped": MIN_SWAPPED,
    "rare_sentences": RARE_SENTENCES,
    "rare_documents": RARE_DOCUMENTS,
    "family_gate": FAMILY_GATE,
    "code_gate": CODE_GATE,
    "least_sentences": LEAST_SENTENCES,
    "least_documents": LEAST_DOCUMENTS,
}
SWAP = f"the label swap where at least {MIN_SWAPPED} documents hold all sides, else the jackknife"
RECORD = {
    "difference": SWAP,
    "equivalence": f"two one-sided tests against the margin, the larger p-value counting; {SWAP}",
    "difference_in_differences": f"exchange of the two periods among the documents that hold all sides (Welch's statistic) where at least "
    f"{MIN_PERIOD} are in either period, else the jackknife",
    "stage_change": "none; estimate and interval only, because before and after are one series of events",
    "joint": "Hotelling's F from the leave-one-document-out covariance",
    "within_actor": f"exchange of the two codes within documents where at least {MIN_SWAPPED} hold the actor's talk, else the jackknife",
    "upper_bound": "exact binomial test at the effective number of sentences, one-sided",
}
SIGNS = {"+": ("above", "below"), "-": ("below", "above")}
PARTS = {"any": "at least one of", "all": "all of", "not": "none of"}
SHOWN = f"Holm's p is at most {100 * LEVEL:g} %"
OPEN = "A difference that is not detected leaves the claim open"


def render_preregistration(template, title, hypotheses, codebook, stages, known, settings, registrations):
    """Return the preregistration of a corpus as Markdown.

    ``template`` is the text of the template, ``hypotheses`` what ``read_hypotheses`` gives, ``codebook`` a ``Codebook``,
    ``stages`` STAGES, ``known`` KNOWN_SPEAKERS, ``settings`` the complete settings, ``registrations`` REGISTRATIONS. Equal
    files give an equal page.
    """
    names = name_all(codebook, stages, known)
    described = {one.id: describe_hypothesis(one, codebook, names) for one in hypotheses.hypotheses}
    families = [
        {"id": family.id, "title": family.title, "confirmatory": family.confirmatory}
        | {"members": [described[one.id] for one in hypotheses.hypotheses if one.family == family.id]}
        for family in hypotheses.families
    ]
    confirming = [window.title for window in hypotheses.windows if window.confirmatory]
    rules = ("min_documents", "min_sentences", "swaps", "block")
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["cell"] = escape_cell
    page = environment.from_string(template).render(
        title=title,
        book=hypotheses,
        codebook=codebook,
        registration=compare_registration(hypotheses, registrations),
        versions=registrations.to_dict("records"),
        families=families,
        confirming=join_words(f"the window “{title}”" for title in confirming) if confirming else "",
        rules=RULES | {name: settings["estimates"][name] for name in rules},
        coder=settings["coder"],
        language=settings["language"],
        verdicts=VERDICTS,
        rest=list_untested(hypotheses, codebook, names),
        span=tell_span,
    )
    return page.rstrip("\n") + "\n"


def name_all(codebook, stages, known):
    """Return what ids are called: {kind: {id: name}} for codes (with composites), actors and stages (with their days)."""
    codes = codebook.codes
    titles = codes["title"].where(codes["title"].ne(""), codes["name"].str.replace("_", " "))
    titles = dict(zip(codes["code"], titles, strict=True)) | {name: parts["title"] for name, parts in codebook.composites.items()}
    days = {row.stage_id: f"{row.name} ({tell_span(row.start, row.end)})" for row in stages.itertuples(index=False)}
    return {"codes": titles, "actors": name_actors(known), "stages": days}


def describe_hypothesis(one, codebook, names):
    """Return a hypothesis in words: {id, claim, facts: [(what, sentence without its stop)]}."""
    contrast, estimand = tell_estimand(one, names)
    support, against = tell_evidence(one)
    facts = [
        ("Read off", one.ground + (f" ({one.strength})" if one.strength else "")),
        ("Outcome", " and ".join(tell_code(code, codebook, names) for code in one.codes)),
        ("Contrast", contrast),
        ("Estimand", estimand),
        ("Test of record", RECORD[one.test]),
        ("Expected sign", tell_sign(one)),
        ("Margin", f"{one.margin_points:g} points on either side of zero" if one.margin_points else None),
        ("Bound", f"{one.bound_points:g} % of the actor's sentences" if one.bound_points else None),
        ("Support", support),
        ("Evidence against", against),
    ]
    return {"id": one.id, "claim": one.claim.rstrip("."), "facts": [(what, said.rstrip(".")) for what, said in facts if said]}


def tell_code(code, codebook, names):
    """Return a code with its title and, of a composite, the codes that make it."""
    told, parts = f"`{code}` ({names['codes'].get(code, code)})", codebook.composites.get(code)
    if not parts:
        return told
    made = []
    for key in COMPOSITE_PARTS:
        members = [f"`{member}` {names['codes'].get(member, '')}".strip() for member in parts[key]]
        made += (
            [f"{PARTS[key] if len(members) > 1 or key == 'not' else 'sentences with'} {', '.join(members)}"] if members else []
        )
    return f"{told}: {'; '.join(made)}"


def tell_estimand(one, names):
    """Return (what is subtracted from what, what is estimated) in words."""
    a, b = (name_side(side, names) for side in (one.a, one.b))
    share = "share of sentences with the code"
    if one.among:
        share = f"share of the code among sentences with `{one.among}` ({names['codes'].get(one.among, one.among)})"
    cells = "at equal {}: differences in the cells where all of them speak, weighted by the cells' parts of their sentences"
    equal = cells.format("stage and kind of event")
    if one.test == "difference_in_differences":
        return (
            f"({a} minus {b}) from {one.split_date} on, minus the same before",
            f"change of the difference of the {share}, {equal}",
        )
    if one.test == "stage_change":
        stages = f"{names['stages'][one.late]} minus {names['stages'][one.early]}"
        return f"{a}: {stages}", f"difference of the {share} between the two stages, {cells.format('kind of event')}"
    if one.test == "joint":
        first, others = name_side(one.a[:1], names), join_words(name_side([actor], names) for actor in one.a[1:])
        changes = (
            f"for each of them the difference to {first} in a stage, less that in the first stage in which both have enough talk"
        )
        return f"{others}, each against {first}, over the stages", f"{changes}; tested is whether all of these changes are zero"
    if one.test == "within_actor":
        other = f"`{one.other_code}` ({names['codes'].get(one.other_code, one.other_code)})"
        return (
            f"{a}: `{one.codes[0]}` minus {other}",
            "difference of the two codes' shares of all the actor's sentences on integration",
        )
    if one.test == "upper_bound":
        return f"{a} against {one.bound_points:g} %", f"{share}, of all the actor's sentences on integration"
    return f"{a} minus {b}", f"difference of the {share}, {equal}"


def tell_sign(one):
    """Return what the claim expects of the estimate, in words, with the sign of the file."""
    if one.test == "upper_bound":
        return "the share lies below the bound (`-`)"
    if one.test == "equivalence":
        return "no difference larger than the margin (`0`)"
    if one.sign == "two-sided":
        return "any (`two-sided`)"
    return f"{SIGNS[one.sign][0]} zero (`{one.sign}`)"


def tell_evidence(one):
    """Return (what would count as support, what would count as evidence against) in words."""
    if one.test == "equivalence":
        outside = "a 95 % interval wholly outside the margin. Not to be shown alike leaves the claim open"
        return f"{SHOWN}: the difference is shown to lie within the margin", outside
    if one.test == "stage_change":
        return "none can be given: it is described, not tested", "none can be given, for the same reason"
    if one.test == "upper_bound":
        return f"{SHOWN}: the share is shown to lie below the bound", f"a 95 % interval wholly above the bound. {OPEN}"
    if one.sign == "two-sided":
        what = ": the differences change over the stages" if one.test == "joint" else ", whatever the sign"
        return f"{SHOWN}{what}", f"none by this test. {OPEN}"
    right, wrong = SIGNS[one.sign]
    return f"{SHOWN} and the estimate is {right} zero", f"{SHOWN} and the estimate is {wrong} zero. {OPEN}"


def list_untested(hypotheses, codebook, names):
    """Return what no confirmatory hypothesis asks about, by kind."""
    book, confirmatory = hypotheses.hypotheses, {family.id for family in hypotheses.families if family.confirmatory}
    read = {code for one in book for code in one.needed_codes if not _is_family(code, codebook)}
    read |= {member for code in read for key in COMPOSITE_PARTS for member in codebook.composites.get(code, {}).get(key, ())}
    frames = codebook.codes.loc[codebook.codes["kind"] == "sub-frame", "code"]
    asked = {actor for one in book for actor in (*one.a, *one.b)}
    return {
        "exploratory": [one.id for one in book if one.family not in confirmatory],
        "described": [one.id for one in book if one.test == "stage_change"],
        "unread": [f"`{code}` {names['codes'][code]}" for code in frames if code not in read],
        "n_silent": sum(actor not in asked for actor in names["actors"]),
        "n_actors": len(names["actors"]),
    }


def name_side(actors, names):
    """Return a side of a comparison by name; of several actors, their mean.

    >>> name_side(["N", "E"], {"actors": {"N": "North", "E": "East"}})
    'the mean of North and East'
    """
    named = [names["actors"].get(actor, actor) for actor in actors]
    return f"the mean of {join_words(named)}" if len(named) > 1 else "".join(named)


def tell_span(start, end):
    """Return days in words; an end that is open is no text.

    >>> tell_span("2016-02-01", "2019-03-19"), tell_span(None, None), tell_span("2016-02-01", float("nan"))
    ('2016-02-01 to 2019-03-19', 'all days', 'from 2016-02-01')
    """
    start, end = (day if isinstance(day, str) else None for day in (start, end))
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"to {end}" if end else "all days"


def escape_cell(text):
    """Return a text that a cell of a Markdown table can hold.

    >>> escape_cell("a | b")
    'a \\\\| b'
    """
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _is_family(code, codebook):
    """Return whether a composite holds all sub-frames of a family (or did so once), which says nothing of any one of them."""
    parts = codebook.composites.get(code)
    return code in find_families(codebook) or (
        bool(parts) and any(set(parts["any"]) >= set(family["codes"]) for family in codebook.families.values())
    )
