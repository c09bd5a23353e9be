"""Pages in the markup of websites as far as it is known, with words of our own, for the tests of what reads them."""

import base64
import quopri

DASHES = "<p>- Where do stars sleep?</p><p>– In the old garden, behind the wall.</p><p>— And by day?</p><p>- By day too.</p>"
LONG = "The gardeners of Oldtown counted every star above the northern wall, and wrote the number into a small green book."


def write_mirror(body, number=101, published="October 11, 2017, 18:45, Old Garden", language="en", title="Talks on stars"):
    """Return the bytes of a page of a special mirror of the president's site."""
    host = "en.special.kremlin.ru" if language == "en" else "special.kremlin.ru"
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"/><title>{title}</title>
<link rel="canonical" href="http://{host}/events/president/news/{number}"/></head><body>
<div id="menu"><h2>Menu</h2><h2>Search</h2><h2>Sections</h2></div> <h2>{title}</h2>
<div class="singlepost"><p class="published">{published}</p> {body}</div>
<div id="footer"><p>Footer</p></div></body></html>""".encode()


def write_sharepoint(
    body, name="06-07-2012", title="Interview by Jane Doe to the Stars Weekly", day="", language="en", field=True
):
    """Return the bytes of a news page that SharePoint makes, with its buttons and the title above the text."""
    held = f'<div id="ctl00_PlaceHolderMain_ctl02__ControlWrapper_RichHtmlField" class="ms-rtestate-field">{body}</div>'
    text = f"<h1>{title}</h1><p>{day}</p>{held if field else body}"
    return f"""<!DOCTYPE html><html dir="ltr" lang="{language}-us"><head><meta charset="utf-8"/><title>
\t{title}
</title><link rel="stylesheet" href="/_layouts/1033/styles/core.css"/>
<meta property="og:site_name" content="eurasiancommission.org"/></head><body>
<form name="aspnetForm" method="post" action="./{name}.aspx" id="aspnetForm"><div id="s4-ribbonrow"><span>Navigate Up</span></div>
<div id="s4-workspace"><p>Navigate Up</p><a href="#">Sign In</a><div id="MSO_ContentTable">
<div>Sign In</div><h2>{title}</h2>{text}</div></div></form></body></html>""".encode()


def write_details(body, name="talks-on-stars-101", title="Talks on stars", language="en", linked=True):
    """Return the bytes of an event's page on the Belarusian president's site."""
    data = '{"@context":"https://schema.org","@graph":[{"@type":"NewsArticle","datePublished":"2022-07-18T11:27:12+03:00"}]}'
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"/><title>{title} | Site</title>
<link rel="canonical" href="https://president.gov.by/{language}/events/{name}"/>
{f'<script type="application/ld+json">{data}</script>' if linked else ""}</head><body><ul class="menu"><li>Home</li></ul>
<h1>{title}</h1><time data-datetime="2022-07-19T09:05:00+03:00">19 July</time>
<section class="page-details__gallery"><img src="a.jpg" alt="Stars"/></section>
<section class="page-details__content"><div>{body}<script>var x = 1;</script></div></section>
<ul class="tag-list"><li><a href="#">Stars</a></li></ul></body></html>""".encode()


def write_article(body, title="Talks on stars", date="2017-10-11", encoding="utf-8", language="en"):
    """Return the bytes of a page of no site we know, with a menu, an article and a footer."""
    return f"""<!DOCTYPE html><html lang="{language}"><head><meta charset="{encoding}"/><title>{title}</title>
<meta property="article:published_time" content="{date}T10:00:00Z"/><script>var menu = "hidden";</script></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav>
<main><article><h1>{title}</h1>{body}</article></main>
<footer><p>All rights reserved.</p></footer></body></html>""".encode(encoding)


def write_mhtml(page, encoding="quoted-printable", url="http://en.kremlin.ru/events/president/news/101", charset="utf-8"):
    """Return the bytes of a page saved as one file, with a style sheet beside it."""
    encode = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "8bit": bytes}[encoding]
    head = f"""From: <Saved by Blink>
Snapshot-Content-Location: {url}
Subject: Talks on stars
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--abc----"


------MultipartBoundary--abc----
Content-Type: text/html{f"; charset={charset}" if charset else ""}
Content-ID: <frame-1@mhtml.blink>
Content-Transfer-Encoding: {encoding}
Content-Location: {url}

"""
    tail = """
------MultipartBoundary--abc----
Content-Type: text/css
Content-Transfer-Encoding: quoted-printable
Content-Location: cid:css-1@mhtml.blink

p { color: red }

------MultipartBoundary--abc------
"""
    return head.replace("\n", "\r\n").encode() + encode(page) + tail.replace("\n", "\r\n").encode()
