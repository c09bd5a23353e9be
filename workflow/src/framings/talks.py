"""Talks: one call of `framings add`: shows each document, asks for what is missing, and counts what came of it."""

import sys

from framings.showing import describe_head, describe_review

QUESTIONS = {
    "date": "Day of the event (YYYY-MM-DD)",
    "title": "Title",
    "speaker": "The text names nobody; who speaks? (a name, or 'nobody' for a read-out of editors)",
    "event_type": "Kind of event",
}
MISSING = {
    "date": "its day was not found",
    "title": "it has no title",
    "speaker": "its text names nobody",
    "event_type": "its kind is not known",
}


BATCH = 50  # documents read together where nothing is asked


class Talk:
    """One call of `framings add`: shows, asks, and counts what came of it."""

    def __init__(self, options, desk, settings):
        self.options, self.desk, self.settings = options, desk, settings
        self.ask = None if options.yes else options.ask
        self.given = {
            name: getattr(options, name)
            for name in ("date", "title", "place", "speaker", "language", "event_type", "url", "note", "id")
        }
        self.given = {name: value for name, value in self.given.items() if value}
        self.added, self.there, self.left, self.refused, self.waiting = 0, 0, 0, [], {}

    def add_place(self, place):
        """Add all documents of a place; what goes wrong with one is told and costs no other."""
        problems = []
        try:
            for offer in self.list_offers(place, problems):
                try:
                    self.take_offer(offer)
                except (ValueError, OSError) as error:
                    self.refuse(offer.name, error)
        except (ValueError, OSError) as error:
            self.refuse(place, error)
        self.show_all()
        for problem in problems:
            self.refuse(place, problem)

    def list_offers(self, place, problems):
        """Yield the documents on offer at a place."""
        from framings.adding import fetch_offer
        from framings.places import is_address, list_offers

        if not is_address(place):
            yield from list_offers(place, self.options.names, problems)
            return
        print(f"Asking for {place} …", flush=True)
        language = self.options.language or self.settings["language"]
        yield fetch_offer(place, language, self.settings["fetch"], self.options.gate)

    def take_offer(self, offer):
        """Propose a row for one document and put it to those to be shown."""
        from framings.adding import NEW, THERE
        from framings.documents import PAGE_NAME
        from framings.proposals import propose_document

        if offer.facts.get("folder") == str(self.desk.pages.resolve()) and PAGE_NAME.fullmatch(offer.facts["file"]):
            offer.facts["page"] = offer.facts["file"]
        proposal = propose_document(offer, self.given)
        if proposal.entry["document_id"] in self.waiting:
            self.show_all()
        verdict, entry = self.desk.judge(proposal.entry, offer.raw)
        if verdict == THERE:
            self.there += 1
            print(f"\n{offer.name}\n  is there already as {entry['document_id']}, with the same bytes; nothing to do.")
            return
        if verdict == NEW:
            entry = proposal.entry
            if self.ask:
                print("\n".join([f"\n{offer.name}", *describe_head(proposal, entry)]))
            self.answer_questions(proposal)
        self.waiting[entry["document_id"]] = (proposal, verdict, entry)
        if self.ask or len(self.waiting) >= BATCH:
            self.show_all()

    def show_all(self):
        """Have the pipeline read the documents that wait, and show and add each."""
        from framings.proposals import review_documents

        waiting, self.waiting = list(self.waiting.values()), {}
        if not waiting:
            return
        raws = [proposal.offer.raw for proposal, _, _ in waiting]
        reviews = review_documents([entry for _, _, entry in waiting], raws, self.desk.known, self.desk.corrections)
        good = [number for number, review in enumerate(reviews) if not isinstance(review, ValueError)]
        alike = self.desk.find_alike([waiting[number][2] for number in good], [raws[number] for number in good])
        for (proposal, verdict, entry), review in zip(waiting, reviews, strict=True):
            try:
                self.add_document(proposal, verdict, entry, review, alike.get(entry["document_id"], []))
            except (ValueError, OSError) as error:
                self.refuse(proposal.offer.name, error)
        if not self.options.dry_run:
            self.desk.save()

    def add_document(self, proposal, verdict, entry, review, alike):
        """Show one document, ask who speaks where the text names nobody, and add it."""
        from framings.adding import NO_PAGE_YET, find_differences
        from framings.proposals import ask_for_speaker, review_documents

        raw = proposal.offer.raw
        if isinstance(review, ValueError):
            raise review
        if not self.ask or verdict == NO_PAGE_YET:
            print("\n".join([f"\n{proposal.offer.name}", *describe_head(proposal, entry)]))
        if verdict != NO_PAGE_YET and ask_for_speaker(proposal, review):
            if self.ask:
                print("\n".join(describe_review(review)))
            self.answer_questions(proposal)
            if entry["speaker"]:
                review = review_documents([entry], [raw], self.desk.known, self.desk.corrections)[0]
        print("\n".join(describe_review(review)))
        if verdict == NO_PAGE_YET:
            filled = "its row stays as it is" if isinstance(entry["sha256"], str) else "only the page's SHA-256 goes into its row"
            print(f"  This document is registered; its page was missing; {filled}.")
            for name, held, found in find_differences(entry, proposal.entry):
                print(f"  differs   {name}: registered {held or 'nothing'!r}, on the page {found!r}")
        for sentence in alike:
            print(f"  WARNING   {sentence}")
        if not self.confirm():
            self.left += 1
            return
        if self.options.dry_run:
            self.desk.note(entry, raw)
        else:
            self.desk.accept(entry, raw)
            print(f"  added as {entry['document_id']}")
        self.added += 1

    def answer_questions(self, proposal):
        """Fill what a proposal lacks, by asking or with what is proposed; raises where neither gives a value."""
        for name, default in proposal.questions.items():
            value = self.ask_value(name, default, proposal) if self.ask else default
            if self.ask and value != default:
                proposal.origins[name] = "your answer"
            if value is None:
                raise ValueError(f"{MISSING[name]}; give it with --{name.replace('_', '-')}")
            proposal.entry[name] = None if (name, value) == ("speaker", "nobody") else value

    def ask_value(self, name, default, proposal):
        """Return an answer that the register can hold; an empty one takes what is proposed."""
        from framings.days import is_day
        from framings.documents import FIRST_DAY, LAST_DAY
        from framings.schemas import EVENT_TYPES

        while True:
            proposed = f" [{default}: {proposal.origins[name]}]" if default else ""
            value = " ".join(self.ask(f"  {QUESTIONS[name]}{proposed}: ").split()) or default
            if value is None:
                print("  An answer is needed here; Ctrl-C stops.")
            elif name == "date" and not (is_day(value) and FIRST_DAY <= value <= LAST_DAY):
                print(f"  {value!r} is no day; write it as YYYY-MM-DD, from {FIRST_DAY} to {LAST_DAY}.")
            elif name == "event_type" and value not in EVENT_TYPES:
                print(f"  {value!r} is none of {', '.join(EVENT_TYPES)}.")
            else:
                return value

    def confirm(self):
        """Return whether the document is to be added."""
        if not self.ask or self.options.dry_run:
            return True
        answer = self.ask("  Add it? [Y]es, [n]o, [a]ll that follow as proposed, [q]uit: ").strip().lower()
        if answer.startswith("q"):
            raise KeyboardInterrupt
        if answer.startswith("a"):
            self.ask = None
        return not answer.startswith("n")

    def refuse(self, name, error):
        """Tell and note what could not be added."""
        if isinstance(error, BrokenPipeError):
            raise error
        sentence = tell_error(error)
        sentence = sentence if sentence.startswith(name) else f"{name}: {sentence}"
        self.refused.append(sentence)
        print(f"  REFUSED   {sentence}", file=sys.stderr, flush=True)

    def close(self):
        """Write the register with what was accepted."""
        if not self.options.dry_run:
            self.desk.save()

    def summarise(self, corpus):
        """Print what came of it and what to do next; return the exit code."""
        verb = "would be added" if self.options.dry_run else "added"
        parts = [f"{self.added} {verb}"]
        parts += [
            f"{n} {what}"
            for n, what in ((self.there, "there already"), (self.left, "left out by you"), (len(self.refused), "refused"))
            if n
        ]
        print(f"\n{', '.join(parts)}.")
        if self.refused and len(self.options.places) + self.added + self.there > 1:
            print("Refused:", *(f"  {sentence}" for sentence in self.refused), sep="\n")
        if self.options.dry_run:
            print("Nothing was written (--dry-run).")
        elif self.added:
            pages = f" pages={self.options.pages}" if self.options.pages else ""
            print(f"Next: framings check --corpus {corpus}   then: snakemake --cores all --config corpus={corpus}{pages}")
        return 1 if self.refused else 0


def tell_error(error):
    """Return the sentence of an error on one line."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror or error}"
    return " ".join(str(error).split())
