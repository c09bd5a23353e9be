"""What coders are called in figures, tables and prose, and what the reader of their codes must know."""

# In the order in which figures and tables show them; other coders (the true codes of a simulated corpus) are not set beside them.
CODER_TITLES = {
    "dictionary": "predictions of the dictionary",
    "trained": "predictions of the trained coder",
    "sample": "coded sample alone",
    "corrected": "corrected estimates",
}
SHORT_TITLES = {"dictionary": "dictionary", "trained": "trained coder"}
SAYINGS = {
    "dictionary": "Codes are given by a dictionary: they are predictions, not hand codes.",
    "trained": "Codes are given by a coder trained on reference codes: they are predictions, not hand codes.",
    "sample": "Estimates rest on the reference codes of the drawn sentences alone.",
    "corrected": "Corrected estimates: predictions, corrected by the reference codes of sentences drawn with known probability.",
}
NEED_REFERENCE = ("trained", "sample", "corrected")  # made from reference codes


def list_coders(table, coder_id):
    """Return the coders of a table that are shown side by side, ``coder_id`` first."""
    found = set(table["coder_id"])
    return [coder_id, *(coder for coder in CODER_TITLES if coder in found and coder != coder_id)]


def name_coder(coder_id):
    """Return what a coder is called; one that has no title keeps its id."""
    return CODER_TITLES.get(coder_id, coder_id)


def name_shortly(coder_id):
    """Return a coder's name for narrow columns, where it is clear that its predictions are meant."""
    return SHORT_TITLES.get(coder_id, name_coder(coder_id))


def explain_codes(coder_id, note=""):
    """Return the sentence that says what a coder's codes are; ``note``, on the reference codes, follows where it rests on them.

    >>> explain_codes("sample", "Invented.")
    'Estimates rest on the reference codes of the drawn sentences alone. Invented.'
    """
    known = SAYINGS.get(coder_id, f"Codes are given by {coder_id}.")
    return f"{known} {note}" if note and coder_id in NEED_REFERENCE else known


def caution_reader(coder_id, note=""):
    """Return what stands under every figure of shares or contrasts: what talk can show, and what the codes are."""
    codes = (
        "Codes are predictions of a dictionary, not hand codes." if coder_id == "dictionary" else explain_codes(coder_id, note)
    )
    return f"Talk, not motive: a frame that is seldom voiced may still move a government. {codes}"
