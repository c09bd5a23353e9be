"""A small recursive grammar: templates with alternatives, optional pieces and slots, expanded at random."""

import re

PIECE = re.compile(r"\{(\w+)\}|([(\[|)\]])")


class GrammarError(ValueError):
    """A template that cannot be used; the message is one plain sentence."""


def compile_grammar(grammar, scene_words):
    """Return ``grammar`` with each list of templates compiled, ready for ``expand``.

    ``grammar`` nests mappings down to lists of templates. In a template ``{name}`` stands for one of the alternatives in
    ``grammar["slots"]`` or for a word of the scene (one of ``scene_words``), ``(a|b)`` for one of a and b, and ``[text]``
    is kept half of the time. Raises ``GrammarError`` naming the first template with an unknown name or open bracket.
    """
    slots = {name: [] for name in grammar["slots"]}
    known = {name: (0, choices) for name, choices in slots.items()} | {name: (2, name) for name in scene_words}
    for name, templates in grammar["slots"].items():
        slots[name] += [_compile_template(str(template), known) for template in templates]
    return {name: _compile_branch(branch, known) for name, branch in grammar.items() if name != "slots"}


def expand(templates, scene, draw):
    """Return the text of one of the compiled ``templates``, in which ``draw()`` gives numbers in [0, 1) and ``scene`` lists of words.

    >>> grammar = {"slots": {"who": ["the council", "the board"]}, "say": ["{who} (met|sat) in {city} [again]"]}
    >>> numbers = iter([0.0, 0.9, 0.2, 0.0, 0.7]).__next__
    >>> expand(compile_grammar(grammar, ["city"])["say"], {"city": ["Pell"]}, numbers)
    'the board met in Pell'
    """
    words, parts = [], templates[int(draw() * len(templates))]
    if not parts:
        return ""
    _expand_into(words, parts, scene, draw)
    text = " ".join("".join(words).split())
    return text.replace(" ,", ",").replace(" ?", "?") if " ," in text or " ?" in text else text


def _expand_into(words, parts, scene, draw):
    """Append the text of compiled ``parts`` to ``words``: text, (0, alternatives), (1, optional parts) or (2, word of the scene)."""
    for part in parts:
        if part.__class__ is str:
            words.append(part)
            continue
        kind, inner = part
        if kind == 0:
            _expand_into(words, inner[int(draw() * len(inner))], scene, draw)
        elif kind == 2:
            choices = scene[inner]
            words.append(choices[int(draw() * len(choices))])
        elif draw() < 0.5:
            _expand_into(words, inner, scene, draw)


def _compile_branch(branch, known):
    """Return a branch of the grammar with its lists of templates compiled."""
    if isinstance(branch, dict):
        return {name: _compile_branch(inner, known) for name, inner in branch.items()}
    if isinstance(branch, list):
        return [_compile_template(str(template), known) for template in branch]
    return branch


def _compile_template(template, known):
    """Return a template as a list of parts."""
    alternatives, place = _read_alternatives(template, 0, known, "")
    if place < len(template) or len(alternatives) > 1:
        raise GrammarError(f"the template {template!r} has a bracket or a bar too many; check its brackets")
    return alternatives[0]


def _read_alternatives(template, place, known, closing):
    """Return the alternatives between brackets and the place after the closing one."""
    alternatives = [[]]
    while match := PIECE.search(template, place):
        if match.start() > place:
            alternatives[-1].append(template[place : match.start()])
        name, mark = match.groups()
        place = match.end()
        if name:
            if name not in known:
                raise GrammarError(f"the template {template!r} uses {{{name}}}, which is neither a slot nor a word of the scene")
            alternatives[-1].append(known[name])
        elif mark in "([":
            inner, place = _read_alternatives(template, place, known, ")" if mark == "(" else "]")
            alternatives[-1].append((0, inner) if mark == "(" else (1, inner[0] if len(inner) == 1 else [(0, inner)]))
        elif mark == "|" and closing:
            alternatives.append([])
        elif mark == closing:
            return alternatives, place
        else:
            raise GrammarError(f"the template {template!r} has {mark!r} out of place; check its brackets")
    if closing:
        raise GrammarError(f"the template {template!r} lacks {closing!r}; check its brackets")
    if place < len(template):
        alternatives[-1].append(template[place:])
    return alternatives, len(template)
