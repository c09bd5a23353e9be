"""Pages in the markup of the real site, with words of our own, for the tests of what reads them."""

PERSON_NOTE = (
    '<span class="read__tooltip tooltip_person hidden masha-ignore"> <span class="tooltip__close"><i></i></span>'
    ' <span class="tooltip_title">Doe Jane</span> <span class="tooltip_description">Astronomer</span> </span>'
)
SLIDER = (
    '<div class="slider masha-ignore" role="listbox"><div class="slider__slides">'
    "<p>Before the meeting. Photo: J. Roe</p></div></div>"
)
SEE_ALSO = (
    '<div class="read__cut masha-ignore"><div class="cut"><h3 class="cut__title">See also</h3>'
    '<a href="7.html">Other talks</a></div></div>'
)
DETAILS = """<div class="read__bottommeta hidden-copy"> <div class="width_limiter"> <div class="read__tags masha-ignore">
<div class="read__tagscol"> <h3>Topics</h3> <ul class="read__taglist"><li class="p-category">
<a href="http://en.kremlin.ru/catalog/keywords/1/events" rel="tag"><i></i>Stars </a> </li></ul> </div>
<div class="read__tagscol with_hidden_list"> <h3>Persons</h3> <ul class="read__taglist">
<li> <a href="http://en.kremlin.ru/catalog/persons/2/events" rel="tag"><i></i>Doe Jane</a> </li>
<li class="hidden"> <a href="http://en.kremlin.ru/catalog/persons/3/events" rel="tag"><i></i>Roe Max Ray</a> </li>
<li class="read__tagsmore"><a><i></i>1 more</a> </li> </ul> </div> </div>
<div class="read__status masha-ignore"> <div class="width_limiter"> <h3>Publication status</h3>
<p>Published in\u00a0sections: <a href="/events/president/news">News</a>,
<a href="/events/president/transcripts">Transcripts</a><br/> </p>
<p> Publication date: <time datetime="2017-10-11">October 11, 2017, 18:45</time> </p>
<p class="print_link_wrap"> Direct link: <a href="/d/101">en.kremlin.ru/d/101</a> </p> </div> </div> </div> </div>"""


def write_page(body, number=101, date="2017-10-11", language="en", title="Talks on\u00a0stars", details=DETAILS):
    """Return the bytes of a page with the given body and details."""
    published = f'<time class="read__published" datetime="{date}" itemprop="datePublished">{date}</time>' if date else ""
    return f"""<!DOCTYPE html><html lang="{language}"><head><title>{title}</title></head> <body class=" is-reading">
<div class="header"><p>Menu</p></div> <div><article class="read__in hentry h-entry" id="event-{number}" role="document">
<div class="read__top"> <h1 class="entry-title p-name" itemprop="name">{title}</h1>
<div class="read__lead entry-summary p-summary" itemprop="description"><p>Two people met
in\u00a0a\u00a0garden.</p></div> <div class="read__meta">{published} <div class="read__time">18:45</div>
<div class="read__place p-location"><i></i>Old Garden</div> <meta itemprop="inLanguage" content="{language}"/> </div> </div>
<div class="entry-content e-content read__internal_content" itemprop="articleBody"> {body} {details}</div> </article></div>
<div class="footer"><p>All content is free.</p></div></body></html>""".encode()
