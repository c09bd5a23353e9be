"""Changes: what would change the verdict on each confirmatory hypothesis, a row a hypothesis."""

import numpy as np

from framings.coder_names import name_coder
from framings.estimates import MIN_SWAPPED, RARE_DOCUMENTS, RARE_SENTENCES
from framings.schemas import Column, Contract

NUMBERS = {
    "estimate": ("difference of shares; the statistic of a joint test", None),
    "low": ("lower end of the 95 % interval", None),
    "high": ("upper end", None),
    "score_low": ("lower end of the interval of the score sign flip", None),
    "score_high": ("upper end", None),
    "smallest_detectable": ("2.85 standard errors: the difference found with 80 % power", None),
    "p": ("p of record", 1),
    "p_holm": ("after Holm", 1),
    "p_swap": ("label swap within documents", 1),
    "p_jackknife": ("leave-one-document-out jackknife", 1),
    "p_score": ("score sign flip", 1),
    "p_swap_blocks": ("label swap by blocks of consecutive documents", 1),
    "p_jackknife_blocks": ("jackknife by blocks", 1),
    "p_score_blocks": ("score sign flip by blocks", 1),
}
BY_KIND = {
    "document": ("by_document", "one document left out"),
    "indicator": ("by_indicator", "one wording, or member of a composite, left out"),
    "event type": ("by_event_type", "one kind of event left out"),
    "stage": ("by_stage", "one stage left out"),
    "dual codes": ("by_dual_codes", "sentences with codes of two families left out"),
    "delivery": ("by_delivery", "prepared speech alone, answers alone"),
    "turns as units": ("by_turns", "every turn counts once"),
    "language": ("by_language", "each language of events that stand in both"),
    "coder": ("by_coder", "other coders' codes"),
    "window": ("by_window", "other windows of documents"),
    "way of inference": ("by_inference", "the other p-values as p of record"),
    "blocks": ("by_blocks", "p-values by blocks of consecutive documents"),
    "adjusted model": ("by_model", "the binomial model"),
    "coding error": ("by_coding_error", "coding as unequal between the sides as observed"),
}

UNTESTED = ("too rare", "not estimable", "not coded", "descriptive only")  # too little to test is no other verdict

CHANGES = Contract(
    "changes", "a confirmatory hypothesis and what would change its verdict", ("coder_id", "hypothesis_id", "window_id"),
    {
        "coder_id": Column("text", "whose codes"),
        "hypothesis_id": Column("text", "key in hypotheses.yaml"),
        "window_id": Column("text", "window of documents"),
        "confirmatory": Column("bool", "whether coders agree on its codes well enough for a confirmatory test"),
        "claim": Column("text", "the claim in words"),
        "contrast": Column("text", "what is subtracted from what"),
        "verdict": Column("text", "the verdict"),
        **{name: Column("number", about, missing=True, high=high) for name, (about, high) in NUMBERS.items()},
        "n_variations": Column("int", "changes that were tried", low=0),
        "n_changing": Column("int", "of these, changes under which a test gives another verdict", low=0),
        "n_untested": Column("int", "of these, changes that leave too little to test", low=0),
        "what_would_change": Column("text", "what would change the verdict, in a sentence"),
        "missing": Column("text", "what is missing before it could be tested; missing where it was", missing=True),
        "tipping": Column("text", "how unequal coding would have to be to overturn it, and how unequal it was seen to be", missing=True),
        **{column: Column("text", about, missing=True) for column, about in BY_KIND.values()},
    },
)  # fmt: skip


def summarise_changes(hypothesis, row, counts, compared, varied, errors):
    """Return a row of CHANGES (a dict) from what was found under each change.

    ``row`` is the row of ASSESSMENTS, ``varied`` are rows of SENSITIVITIES and ``errors`` rows of TIPPINGS (dicts); ``counts`` and
    ``compared``, None where the coder was not asked for a code, are what the test read.
    """
    tried = [one for one in varied if one["verdict"] != "not tried"]
    changing = [one for one in tried if one["changes_verdict"]]
    names = ("coder_id", "hypothesis_id", "window_id", "confirmatory", "claim", "contrast", "verdict", *NUMBERS)
    found = {name: getattr(row, name) for name in names}
    found |= {"n_variations": len(tried), "n_changing": len(changing), "n_untested": sum(map(_is_untested, tried))}
    found |= {"what_would_change": tell_changes(row, tried, changing)}
    found |= {
        "missing": explain_missing(hypothesis, row, counts, compared),
        "tipping": None if np.isnan(row.p) else tell_tipping(errors),
    }
    for kind, (column, _) in BY_KIND.items():
        found[column] = describe_kind([one for one in varied if one["kind"] == kind], row)
    return found


def _is_untested(one):
    """Return whether a variation leaves too little to test."""
    return one["verdict"] in UNTESTED


# How a change of a kind is told before its name.
LEADS = {
    "document": "without document", "event type": "without events of kind", "stage": "without stage", "delivery": "of delivery only",
    "window": "in window", "coder": "by the codes of", "way of inference": "by", "blocks": "in blocks, by", "language": "in language",
    "adjusted model": "by a", "coding error": "with",
}  # fmt: skip


def tell_changes(row, tried, changing, most=5):
    """Return in a sentence which changes give another verdict, kind by kind."""
    untested = [] if row.verdict in UNTESTED else [one for one in tried if _is_untested(one)]
    silent = (
        f" {len(untested)} {'leaves' if len(untested) == 1 else 'leave'} too little to test ({_name_changes(untested, row, most)})."
        if untested
        else ""
    )
    if not tried:
        return "Nothing could be tried: there is no estimate to vary."
    if changing:
        would = "would let it be tested" if row.verdict in UNTESTED else "would give another verdict"
        return f"{len(changing)} of {len(tried)} changes tried {would}: {_name_changes(changing, row, most)}.{silent}"
    if row.verdict in UNTESTED:
        return f"None of {len(tried)} changes tried makes it testable."
    return f"None of {len(tried)} changes tried gives another verdict than “{row.verdict}”.{silent}"


def _name_changes(changes, row, most):
    """Return by kind which change moves the estimate most, how many more there are, and the verdict."""
    parts = []
    for kind in BY_KIND:
        same = [one for one in changes if one["kind"] == kind]
        if same:
            first = max(same, key=lambda one: _move(one, row))
            more = f" and {len(same) - 1} more" if len(same) > 1 else ""
            parts.append(f"{LEADS.get(kind, kind)} {first['change']}{more}: “{first['verdict']}”")
    further = len(parts) - most
    return "; ".join(parts[:most]) + (f"; {further} more {'kind' if further == 1 else 'kinds'}" if further > 0 else "")


def describe_kind(found, row):
    """Return how many variations of a kind there are, how far the estimate moves, and which change the verdict, or None."""
    if not found:
        return None
    tried = [one for one in found if one["verdict"] != "not tried"]
    if not tried:
        return found[0]["reason"] or "not tried"
    known = [one for one in tried if not np.isnan(one["estimate"])]
    changing = [one for one in tried if one["changes_verdict"]]
    text = f"{len(tried)} tried"
    if known:
        ends = sorted(one["estimate"] for one in known)
        text += f", {show_estimate(ends[0], row.test)}" + (
            f" to {show_estimate(ends[-1], row.test)}" if ends[-1] > ends[0] else ""
        )
    elif len(tried) == 1 and tried[0]["reason"]:
        return f"{text}: {tried[0]['reason']}"
    bare = 0 if row.verdict in UNTESTED else sum(map(_is_untested, tried))
    text += f", {bare} too little to test" if bare else ""
    text += f", {len(tried) - len(known)} without an estimate" if len(known) < len(tried) else ""
    if changing:
        first = max(changing, key=lambda one: _move(one, row))
        change = "changes" if len(changing) == 1 else "change"
        return text + f"; {len(changing)} {change} the verdict, most of all {first['change']}: {first['verdict']}"
    if len(known) > 1 and known[0]["kind"] not in ("way of inference", "blocks"):
        most = max(known, key=lambda one: _move(one, row))
        return text + f"; none changes the verdict, {most['change']} moves it most ({show_estimate(most['estimate'], row.test)})"
    return text + "; none changes the verdict" if len(tried) > 1 else text + "; the verdict stands"


def _move(one, row):
    """Return how far a variation moves the estimate; farthest where it leaves none."""
    distance = abs(one["estimate"] - row.estimate)
    return np.inf if np.isnan(distance) else distance


def show_estimate(estimate, test):
    """Return an estimate in points, a share under a bound in percent, the statistic of a joint test as it is.

    >>> show_estimate(-0.0123, "difference"), show_estimate(2.3, "joint"), show_estimate(0.0123, "upper_bound")
    ('−1.2 points', 'F = 2.30', '1.2 %')
    """
    if test == "joint":
        return f"F = {estimate:.2f}"
    if test == "upper_bound":
        return f"{100 * estimate:.1f} %"
    return f"{100 * estimate:+.1f} points".replace("-", "\N{MINUS SIGN}")


def tell_tipping(errors):
    """Return how unequal coding would have to be, and was seen to be, in a sentence; None where that was not worked out."""
    net = next((error for error in errors if error["error"] == "share gained" and "share_a" in error), None)
    if net is None:
        return None
    whose = "the reference codes" if net["coder_id"] in ("corrected", "sample") else f"the {name_coder(net['coder_id'])}"
    text = f"For the whole estimate to be an error of {whose}, their net error (share added less share missed) would have to be "
    text += f"{_higher(net['to_zero'])} for {net['side_a']} than for {net['side_b']}; at "
    text += f"{_higher(net['to_verdict'])} the verdict would change. "
    if np.isnan(net.get("observed_low", np.nan)):
        return f"{text}Observed: {net['reason']}."
    seen = f"{_points(net['observed'])} points ({_points(net['observed_low'])} to {_points(net['observed_high'])})"
    reach = "includes" if net["within_observed"] else "does not include"
    return f"{text}Observed ({net['observed_of']}): {seen}; this interval {reach} what would change the verdict."


def _higher(value):
    """Return a difference of net errors in words.

    >>> _higher(-0.125)
    '12.5 points lower'
    """
    return f"{abs(100 * value):.1f} points {'higher' if value >= 0 else 'lower'}"


def _points(value):
    """Return a share in points with its sign and a true minus."""
    return f"{100 * value:+.1f}".replace("-", "\N{MINUS SIGN}")


# What is missing ------------------------------------------------------------------------------------------------------


def explain_missing(hypothesis, row, counts, compared):
    """Return what a hypothesis lacks before it could be tested, counted; None where it was tested and coders agree on its codes."""
    gate = [] if row.confirmatory else [_explain_gate(row)]
    if counts is None:
        return "; ".join([row.reason or row.verdict, *gate])
    if not np.isnan(row.p):
        return "; ".join(gate) or None
    parts = [_list_speakers((*hypothesis.a, *hypothesis.b), counts)]
    if compared.reason:
        parts.append(compared.reason)
    elif hypothesis.b:
        paired, said = int((compared.n > 0).all(1).sum()), [str(int((n > 0).sum())) for n in compared.n.T]
        more = f", {MIN_SWAPPED} needed for the label swap" if paired < MIN_SWAPPED else ""
        parts.append(f"at equal stage and kind of event in {' and '.join(said)}; {paired} hold all sides{more}")
    return "; ".join([*parts, *_count_codes(hypothesis, counts, compared), *gate])


def _explain_gate(row):
    """Return that coders do not agree on the codes of a hypothesis, with how far they do where its row says so."""
    told = isinstance(row.reason, str) and row.reason.startswith("exploratory: ")
    return "coders do not agree well enough on its codes" + (f" ({row.reason[13:]})" if told else "")


def _list_speakers(actors, counts):
    """Return in how many documents of the window each actor speaks, with how many sentences."""
    spoken, n_all = counts.voices(actors).T, int((counts.n > 0).any(1).sum())
    said = [f"{actor} in {(n > 0).sum()} ({n.sum():.0f} sentences)" for actor, n in zip(actors, spoken, strict=True)]
    return f"of {n_all} documents of the window {' and '.join([', '.join(said[:-1]), said[-1]] if said[1:] else said)}"


def _count_codes(hypothesis, counts, compared):
    """Return how many sentences of the actors carry the codes, in the window and in what is compared, and how many are needed."""
    what, actors = "reference sentence" if counts.corrected else "sentence", (*hypothesis.a, *hypothesis.b)
    inside, parts, total = counts.documents["document_id"].isin(compared.documents).to_numpy(), [], 0
    for code in dict.fromkeys((*hypothesis.codes, *filter(None, [hypothesis.other_code]))):
        hits = counts.voices(actors, code, "hits").sum(1)
        text = f"{code}: {_say_hits(hits, what)}"
        if not compared.reason and hits[inside].sum() < hits.sum():
            text, hits = f"{text}, of which {_say_hits(hits[inside], what)} in what is compared", hits * inside
        parts.append(text)
        total = total + hits
    if total.sum() < RARE_SENTENCES or (total > 0).sum() < RARE_DOCUMENTS:
        both = f"together {_say_hits(total, what)}; " if len(parts) > 1 else ""
        parts.append(f"{both}a test needs {RARE_SENTENCES} in {RARE_DOCUMENTS}")
    return parts


def _say_hits(hits, what):
    """Return in words how many sentences carry a code in how many documents, from hits (documents,)."""
    number, documents = round(hits.sum()), int((hits > 0).sum())
    if number == 0:
        return f"no {what}"
    return f"{number} {what}{'' if number == 1 else 's'} in {documents} {'document' if documents == 1 else 'documents'}"
