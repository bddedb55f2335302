"""Reads the pages whose paths and URLs come in on standard input with extractors of PyPI, each as its authors document
it, and with two parsers that make a tree of the page. Prints a line of JSON for each page and way to read it; an
extractor that fails says nothing about that page."""

import json
import logging
import os
import sys
import time
from pathlib import Path

from linkpreview import Link, LinkPreview
from lxml import html
from newspaper import Article
from selectolax.lexbor import LexborHTMLParser
from trafilatura.metadata import extract_metadata

TIMES = int(os.environ["TIMES"])

# What the trees are asked for: a card's title, description and image.
SELECTORS = ["title", *(f"meta[property='og:{name}']" for name in ("title", "description", "image"))]
XPATHS = ["//title/text()", *(f"//meta[@property='og:{name}']/@content" for name in ("title", "description", "image"))]


def trafilatura(url, page):
    found = extract_metadata(page, default_url=url)
    return found.title, found.description, found.image


def newspaper4k(url, page):
    article = Article(url, fetch_images=False, language="en")
    article.download(input_html=page)
    article.parse()
    return article.title, article.meta_description, article.top_image or article.meta_img


def linkpreview(url, page):
    found = LinkPreview(Link(url, page), parser="lxml")
    return found.title, found.description, found.image


def lxml(_, page):
    tree = html.document_fromstring(page)
    return [tree.xpath(path) for path in XPATHS] and None


def lexbor(_, page):
    tree = LexborHTMLParser(page)
    return [tree.css_first(selector) for selector in SELECTORS] and None


EXTRACTORS = [trafilatura, newspaper4k, linkpreview, lxml, lexbor]


def main():
    logging.disable(logging.CRITICAL)
    for line in sys.stdin:
        task = json.loads(line)
        page = Path(task["file"]).read_bytes()
        for extract in EXTRACTORS:
            by = extract.__name__
            try:
                least = float("inf")
                for _ in range(TIMES):
                    begun = time.process_time_ns()
                    found = extract(task["url"], page)
                    least = min(least, time.process_time_ns() - begun)
            except Exception as error:
                print(f"{by}: {task['page']}: {str(error)[:200]}", file=sys.stderr)
                continue
            fields = dict(zip(("title", "description", "image"), found or ()))
            print(json.dumps({"by": by, "page": task["page"], **fields, "microseconds": least / 1e3}))


main()
