"""Simulated pages: turns and paragraphs -> the markup of the president's site, with the slips that real pages have."""

import re
from datetime import date
from html import escape

SHORT_WORDS = {
    "en": (" of ", " in ", " to ", " the ", " at ", " by ", " on ", " and ", " I ", " we ", " is ", " for ", " Mr "),
    "ru": (" в ", " на ", " с ", " и ", " о ", " к ", " по ", " мы "),
}
WORDS_A_LINE = 12
LONG_WORD = re.compile(r"\b([a-zа-яё]{4})([a-zа-яё]{5,})\b")
GLUED = re.compile(r"([a-zа-яё]{2}\.) ([A-ZА-Я][a-zа-яё]{2})")
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}
REMARKS = {
    "label_retranslated": "<b>{0}</b> <i>(retranslated)</i>: ",
    "label_retranslated_bold_colon": "<b>{0} </b><i>(retranslated)</i><b>:</b> ",
    "label_re_translated": "<b>{0}</b> <i>(re-translated):</i> ",
    "label_translated_from": "<b>{0}</b> <i>(translated from {1})</i>: ",
    "label_answering": "<b>{0} (answering {2}):</b> ",
    "label_responding": "<b>{0} (</b><i>responding to remarks by {2})</i>: ",
}
STYLES = {
    "label_colon_in_bold": "<b>{0}:</b> ",
    "label_colon_after_bold": "<b>{0}</b>: ",
    "label_colon_in_own_bold": "<b>{0}</b><b>:</b> ",
}
STARS = {"stars_bold": "<b>* * *</b>", "stars_plain": "* * *", "stars_glued": "***<b></b>"}
CUTS = {"cut_mark": "&lt;…&gt;", "cut_mark_bold": "<b>&lt;</b><b>…&gt;</b>", "cut_mark_inside": "&lt;…&gt;"}


def write_label(office, name, form, style, words):
    """Return the markup of a speaker's label: ``form`` is the trap that it holds or None, ``style`` the page's usual form.

    ``words`` are the design's words of the page's language.
    """
    office = office[:1].lower() + office[1:] if form == "label_lower_case_office" else office
    first, _, surname = name.partition(" ")
    if form in ("label_initials", "russian_initials"):
        name = f"{first[0]}.{surname}"
    elif form == "label_initials_spaced":
        name = f"{first[0]}. {surname}"
    elif form == "label_run_together":
        name = first + surname
    elif form == "label_capitals":
        name = name.upper()
    label = escape(f"{office} {name}".strip(), quote=False)
    if form in REMARKS:
        return REMARKS[form].format(label, words["tongue"], words["asker"])
    if form == "label_no_space":
        return f"<b>{label}:</b>"
    if form == "label_split_bold":
        return f"<b>{label[: -len(surname) - 1]}</b> <b>{surname}</b>: "
    if form == "label_letter_outside":
        return f"{label[0]}<b>{label[1:]}: </b>"
    if form == "label_leading_space":
        return f"<b>\xa0{label}:</b> "
    if form == "label_person_link":
        label = label.replace(name, _link_person(name, words["host"]))
    return STYLES[style].format(label)


def write_paragraph(sentences, traps, language):
    """Return the inside of a paragraph of speech: escaped, with no-break spaces and the page's slips of typing."""
    text = " ".join(sentences)
    if "glued_sentences" in traps:
        text = GLUED.sub(r"\1\2", text, count=1)
    if "zero_width" in traps:
        text = LONG_WORD.sub("\\1\u200b\\2", text, count=1)
    if "soft_hyphens" in traps:
        text = LONG_WORD.sub("\\1\u00ad\\2", text, count=1)
    text = text.replace("&", "&amp;") if "&" in text else text
    if "hard_breaks" in traps:
        pieces = text.split(" ")
        text = "\n".join(" ".join(pieces[place : place + WORDS_A_LINE]) for place in range(0, len(pieces), WORDS_A_LINE))
    for word in SHORT_WORDS[language]:
        text = text.replace(word, f"{word[:-1]}\xa0")
    return text


def write_page(page, paragraphs):
    """Return the bytes of a page.

    ``page`` describes it: number, words (the design's words of its language), title, lead, date, time, place, language, topics,
    persons, transcript (whether it holds speech), traps, footer. ``paragraphs`` are the insides of the body's paragraphs, in order.
    """
    words, traps, number = page["words"], page["traps"], page["number"]
    host = words["host"]
    day = _write_day(page["date"], page["language"])
    title, lead = escape(page["title"]), escape(page["lead"])
    blocks = [f"<p>{paragraph}</p>" for paragraph in paragraphs]
    middle = len(blocks) // 2
    if "figure" in traps:
        blocks.insert(middle, _write_figure(host, words["photo"], number))
    if "video" in traps:
        blocks.insert(1, _write_video(host, title, number))
    if "see_also" in traps:
        blocks.insert(middle, _write_links(words["see"], host, number))
    body = "".join(([_write_slider(host, words["photo"], number, page["date"])] if "slider" in traps else []) + blocks)
    published = f'<time class="read__published" datetime="{page["date"]}" itemprop="datePublished">{day}</time>  '
    time = "" if "no_time" in traps else f'<div class="read__time">{page["time"]}</div>  '
    place = f'<div class="read__place p-location"><i></i>{escape(page["place"])}</div> '
    meta, announce = published + time + place, ""
    if "announcement" in traps:
        meta = ""
        announce = f'<div class="announce_date"> <div class="width_limiter">{words["announcement"]}, {day}</div> </div>  '
    return (
        f'{_write_head(page, words)} <body class=" is-reading"> <div class="header" role="banner"> <a href="http://{host}/" class="topline__head" rel="home">'
        f'{words["site"]}</a> </div> <div class="main-wrapper"> <div class="wrapsite"> <div class="read" id="js-read"> <div class="read__scroll" role="tabpanel"> '
        f'<article class="read__in hentry h-entry" itemscope="itemscope" itemtype="http://schema.org/NewsArticle" id="event-{number}" role="document" '
        f'aria-describedby="read-lead"> <div class="read__content"> <div class="read__top">  <div class="width_limiter"> '
        f'<a href="http://{host}/events/president/news" class="read__categ" rel="category">{words["events"]}</a> '
        f'<h1 class="entry-title p-name" itemprop="name">{title}</h1> <div class="read__lead entry-summary p-summary" itemprop="description" '
        f'role="heading" id="read-lead">  <div><p>{lead}</p></div>   </div> <div class="read__meta">{meta}<meta itemprop="inLanguage" '
        f'content="{page["language"]}"/> </div> </div> </div>{announce} <div class="entry-content e-content read__internal_content" '
        f'itemprop="articleBody">  {body} {_write_details(page, words, day)} </div> </div> </article> </div> </div> </div> '
        f'<div class="footer"> <p class="sidebar__signature">{escape(page["footer"])}</p> </div> </div> </body> </html>\n'
    ).encode()


def _write_day(day, language):
    """Return a day as the site prints it."""
    parsed = date.fromisoformat(day)
    month = MONTHS[language].split()[parsed.month - 1]
    return f"{month} {parsed.day}, {parsed.year}" if language == "en" else f"{parsed.day} {month} {parsed.year} года"


def _write_head(page, words):
    """Return the doctype and the head."""
    title, lead = escape(page["title"]), escape(page["lead"])
    tags = (
        f'<meta property="og:type" content="article"/>  <meta property="og:title" content="{title}"/> <meta property="og:description" '
        f'content="{lead}"/> <meta property="og:url" content="http://{words["host"]}/events/president/news/{page["number"]}"/> '
    )
    return (
        f'<!doctype html> <html lang="{page["language"]}" class="no-js" itemscope="itemscope" itemtype="http://schema.org/ItemPage"> <head> '
        f'<meta charset="utf-8"/> <title itemprop="name">{title} • {words["site"]}</title> <meta name="description" content="{lead}"/> '
        f'<meta itemprop="inLanguage" content="{page["language"]}"/> {"" if "no_og_tags" in page["traps"] else tags}</head>'
    )


def _write_details(page, words, day):
    """Return the tags and the publication status below the body."""
    host, number = words["host"], page["number"]
    columns = []
    for heading, kind, names in ((words["topics"], "keywords", page["topics"]), (words["persons"], "persons", page["persons"])):
        items = "".join(
            f'<li{" class=" + chr(34) + "p-category" + chr(34) if kind == "keywords" else ""}> <a href="http://{host}/catalog/{kind}/{place}/events" '
            f'rel="tag"><i></i>{escape(name)} </a> </li> '
            for place, name in enumerate(names, 1)
        )
        columns.append(f'<div class="read__tagscol"> <h3>{heading}</h3> <ul class="read__taglist">{items} </ul> </div> ')
    sections = [f'<a href="http://{host}/events/president/news">{words["news"]}</a>']
    if page["transcript"]:
        sections.append(f'<a href="http://{host}/events/president/transcripts">{words["transcripts"]}</a>')
    return (
        f'<div class="read__bottommeta hidden-copy"> <div class="width_limiter">   <div class="read__tags masha-ignore">   {"".join(columns)} </div> '
        f'<div class="read__status masha-ignore"> <div class="width_limiter"> <h3>{words["status"]}</h3> <p>{words["published"]}: {", ".join(sections)}'
        f'<br/> </p><p> {words["date"]}:    <time datetime="{page["date"]}">{day}</time> </p><p class="print_link_wrap"> {words["link"]}: '
        f'<a class="print_link" href="http://{host}/d/{number}">{host}/d/{number}</a> </p> </div> </div> </div> </div> '
    )


def _link_person(name, host):
    """Return a name linked to the person's page, with the hidden note that the site puts behind it."""
    note = f'<span class="read__tooltip tooltip_person hidden masha-ignore"> <span class="tooltip__text"> <span class="tooltip_title">{name}</span></span> </span>'
    return f'<a href="http://{host}/catalog/persons/7/events" class="person_tag read__tag">{name}{note}</a>'


def _write_slider(host, caption, number, day):
    """Return a row of two photographs with captions."""
    slides = "".join(
        f'<div class="slide" data-cycle-desc="{caption}"> <div class="slider__block" data-text="{caption}"> <img src="http://static.{host}/photo/{number}-{place}.jpg" '
        f'width="940" height="580" alt="{caption}"/> <meta itemprop="datePublished" content="{day}"/> </div> </div>   '
        for place in (1, 2)
    )
    return (
        f'<div class="slider masha-ignore" id="slider-{number}" role="listbox"><div class="slider__slides">    {slides}</div> '
        f'<div class="slider__description"> <div class="slider_caption">{caption}</div> <div class="slider_overlay"></div> </div> </div>      '
    )


def _write_figure(host, caption, number):
    """Return a photograph between paragraphs."""
    return (
        f'<div class="media masha-ignore"> <figure class="media__pic" itemscope="itemscope" itemtype="http://schema.org/ImageObject"> '
        f'<img src="http://static.{host}/photo/{number}.jpg" alt="{caption}"/> <figcaption class="media__description">{caption}</figcaption> </figure> </div>'
    )


def _write_video(host, title, number):
    """Return a film with its caption."""
    return (
        f'<div class="media__container media__container_video u-video masha-ignore" itemscope="itemscope" itemtype="http://schema.org/VideoObject">    '
        f'<div class="media__video"> <video id="video-{number}" preload="none"><source src="http://static.{host}/video/{number}.mp4"></source></video> </div>  '
        f'<div class="video__description masha-ignore">{title}</div>  </div>'
    )


def _write_links(heading, host, number):
    """Return the box with links to other pages."""
    return (
        f'<div class="read__cut read__cut_full_size masha-ignore" role="complementary"> <h3 class="read__cut_title">{heading}</h3> '
        f'<a href="http://{host}/events/president/news/{number - 1}"> <span>{number - 1}</span> </a> </div>'
    )
