"""Showing: a proposal and what the pipeline makes of it -> lines for somebody who decides whether to add the document."""

MOST_TURNS, MOST_CHARACTERS = 12, 60
READERS = {
    "web": "web, the fall-back for sites without a reader of their own: check that the text is whole",
    "text": "text, for plain text files",
    "record": "record, for rows of tables",
}
NAMED = {"date": "day", "place": "place", "language": "language", "event_type": "kind", "url": "address"}


def describe_head(proposal, entry):
    """Return what a document is, as lines: id, reader, title, day, place, language, kind, address, each with where it is from."""
    reader = READERS.get(proposal.reader, proposal.reader)
    lines = [("id", entry["document_id"]), ("source", f"{entry['source']}, read by: {reader}")]
    lines.append(("title", _tell(proposal, entry, "title")))
    lines += [(word, _tell(proposal, entry, name)) for name, word in NAMED.items()]
    return [f"  {word:<9} {value}" for word, value in lines]


def describe_review(review):
    """Return what the pipeline makes of a document, as lines: what it noted, who speaks in each turn with its first words."""
    notes = (("NOTE", review.document["reason"]), ("corrected", review.document["corrected"]))
    return [f"  {word:<9} {said}" for word, said in notes if said] + describe_turns(review)


def describe_turns(review):
    """Return one line a turn, the first twelve of them, under a line that sums the text up."""
    turns = review.turns
    left_out = f", {count_things(review.n_removed, 'piece')} of the page left out with a reason" if review.n_removed else ""
    n_people = turns["speaker_id"].nunique()
    count = f"{count_things(len(turns), 'turn')} by {count_things(n_people, 'known speaker')}, " if len(turns) else ""
    lines = [f"  text      {count}{review.n_words:,} words{left_out}"]
    if not len(turns):
        who = review.document["speaker"]
        lines.append(
            f"  speaker   {who} (the text itself names nobody)"
            if isinstance(who, str)
            else "  speaker   nobody named: it stays a read-out, nobody's speech"
        )
    for turn in turns.head(MOST_TURNS).itertuples():
        lines.append(f"  {turn.turn + 1:>4}  {describe_speaker(turn)}  ({turn.n_words:,} words)  “{shorten(turn.opening)}”")
    if len(turns) > MOST_TURNS:
        lines.append(f"        … and {len(turns) - MOST_TURNS} more turns")
    lost = turns[(turns["resolution"] == "unresolved")]["label"].nunique()
    if lost:
        lines.append(
            f"  NOTE      {count_things(lost, 'label')} nobody in speakers.csv answers to; the turns are kept, but count for nobody until a row is added there"
        )
    return lines


def describe_speaker(turn):
    """Return who speaks in a turn: the person known, a role without a name, or the label that is unresolved with its neighbours."""
    label = turn.label or "no label (the text names nobody)"
    if isinstance(turn.speaker_id, str):
        return f"{label} → {turn.speaker_id}"
    if turn.resolution == "role without a name":
        return f"{label} (nobody named)"
    near = f"; known and near: {turn.nearest}" if isinstance(turn.nearest, str) else ""
    return f"{label} → UNRESOLVED{near}"


def shorten(text):
    """Return the first words of a text.

    >>> shorten("word " * 20)
    'word word word word word word word word word word word word …'
    """
    text = " ".join(text.split())
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS].rsplit(' ', 1)[0]} …"


def count_things(number, thing):
    """Return a number with its noun.

    >>> count_things(1, "turn"), count_things(2000, "turn")
    ('1 turn', '2,000 turns')
    """
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _tell(proposal, entry, name):
    """Return a cell with where it is from, or what is proposed, or that there is none."""
    value, origin = entry[name], proposal.origins.get(name)
    if value is None or value != value:
        proposed = proposal.questions.get(name)
        return f"{proposed}? ({origin})" if proposed else "none found"
    return f"{value} ({origin})" if origin and entry is proposal.entry else value
