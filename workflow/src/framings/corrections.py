"""Corrections: what somebody found wrong in the register or on a page, laid over what was read; pages never change."""

from framings.days import is_day
from framings.schemas import CORRECTIONS, DOCUMENTS, EVENT_TYPES, ContractError, check


def correct_documents(documents, corrections):
    """Return DOCUMENTS with the values of CORRECTIONS laid over them; column ``corrected`` says what changed and why.

    Corrections of documents that are not in the table are passed over: a shard holds only its own.
    """
    table = documents.astype(dict.fromkeys((*corrections["field"].unique(), "corrected"), object))
    place = {key: row for row, key in enumerate(documents["document_id"])}
    for entry in corrections.itertuples():
        if entry.document_id in place:
            row = place[entry.document_id]
            was, before = table.at[row, entry.field], table.at[row, "corrected"]
            change = f"{entry.field}: {was if isinstance(was, str) else 'nothing'} → {entry.value} ({entry.reason})"
            table.at[row, entry.field] = entry.value
            table.at[row, "corrected"] = f"{before}; {change}" if isinstance(before, str) else change
    return check(table, DOCUMENTS)


def check_corrections(corrections, document_ids, file="corrections.csv"):
    """Return CORRECTIONS, or raise ``ContractError`` naming row and column: unknown documents, no days, unknown kinds of event."""
    known = set(document_ids)
    for row, entry in zip(corrections.index + 2, corrections.to_dict("records"), strict=True):
        if entry["document_id"] not in known:
            raise ContractError(
                f"{file}, row {row}, column 'document_id': {entry['document_id']!r} is not in the register; correct or remove the row"
            )
        if entry["field"] == "date" and not is_day(entry["value"]):
            raise ContractError(f"{file}, row {row}, column 'value': {entry['value']!r} is no day; write it as YYYY-MM-DD")
        if entry["field"] == "event_type" and entry["value"] not in EVENT_TYPES:
            raise ContractError(f"{file}, row {row}, column 'value': {entry['value']!r} is not one of {', '.join(EVENT_TYPES)}")
    return check(corrections, CORRECTIONS)
