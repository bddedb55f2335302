"""Sets what natter says of saved pages beside what the majority of published extractors says, and what reading them
took: compare.py FOLDER LINES… prints the figures, and writes what differs to the file named by DIFFERENCES."""

import html
import json
import os
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import ada_url
from lxml import etree, html as markup

FIELDS = ("title", "description", "image")
OURS = "natter"
BARE = "lol_html to <body>"
PARSERS = ("lxml", "lexbor")

# Characters that natter leaves out of texts, and all white space as one blank.
QUOTES = str.maketrans("‘’‚“”„", "'''\"\"\"")
INVISIBLE = re.compile("[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
# Shorter texts than this are not taken for the beginning of another.
CUT = 140


def text(value):
    """A text without what extractors differ in by their nature: white space, character references,
    invisibles, and quotation marks, which one of them sets anew."""
    plain = INVISIBLE.sub("", html.unescape(html.unescape(str(value or ""))))
    return " ".join(plain.translate(QUOTES).split())


def reference(value, base):
    """What the absolute URL leads to, by whichever scheme and with its query in whatever order. What is none is nothing."""
    value = html.unescape(str(value or "")).strip()
    try:
        url = ada_url.join_url(base, value) if value else ""
    except ValueError:
        return ""
    if not url.startswith(("http://", "https://")):
        return ""
    parts = urlsplit(url)
    return f"//{parts.netloc}{parts.path}?{'&'.join(sorted(parts.query.split('&')))}"


# What a page names its image by, and what it forbids to show it by.
IMAGE = re.compile(r"og:image(:secure_url|:url)?|twitter:image(:src)?", re.IGNORECASE)
NO_IMAGE = re.compile(r"noimageindex|max-image-preview:\s*none", re.IGNORECASE)


def names_image(path):
    """Whether a page names an image for itself, and doesn't ask not to show it."""
    try:
        page = markup.document_fromstring(path.read_bytes())
    except (etree.ParserError, ValueError):
        return False
    said = [((meta.get("property") or meta.get("name") or "").strip(), (meta.get("content") or "").strip()) for meta in page.iter("meta")]
    linked = any(link.get("rel", "").lower() == "image_src" and link.get("href") for link in page.iter("link"))
    allowed = not any(key.lower() == "robots" and NO_IMAGE.search(value) for key, value in said)
    return allowed and (linked or any(IMAGE.fullmatch(key) and value for key, value in said))


def same(one, other):
    """Whether two texts are the same, up to the length after which one of them was cut."""
    one, other = sorted((one, other), key=len)
    if one == other:
        return True
    kept = re.sub(r"\s*(…|\.\.\.)$", "", one)
    return len(kept) >= CUT and other.startswith(kept)


def majority(values):
    """What more than half of the values are, or None. Nothing is a value too."""
    for value in values:
        if 2 * sum(same(value, other) for other in values) > len(values):
            return max((other for other in values if same(value, other)), key=len)
    return None


def read(files):
    """What each extractor said, and took, by page."""
    said, took, urls = defaultdict(dict), defaultdict(dict), {}
    for file in files:
        for line in open(file, encoding="utf-8"):
            found = json.loads(line)
            said[found["page"]][found["by"]] = found
            took[found["by"]][found["page"]] = found["microseconds"]
            urls.setdefault(found["page"], found.get("url"))
    return said, took, urls


def main():
    folder, *files = sys.argv[1:]
    said, took, urls = read(files)
    said = {page: answers for page, answers in said.items() if OURS in answers}
    extractors = [by for by in took if by not in (OURS, BARE, *PARSERS)]
    differences = open(os.environ["DIFFERENCES"], "w", encoding="utf-8")
    print(f"{len(said)} pages\n")
    print("| field | pages with a majority | natter agrees |", *(f" {by} |" for by in extractors), sep="")
    print("|---|---|---|", "---|" * len(extractors), sep="")
    named = {page for page in said if names_image(Path(folder, page))}
    rows = [(field, field, said) for field in FIELDS]
    rows.append(("image", "image, of pages that name one and allow it", named))
    for field, row, pages in rows:
        agrees, decided, voted = Counter(), 0, Counter()
        for page in pages:
            answers = said[page]
            normal = text if field != "image" else lambda value, base=urls[page]: reference(value, base)
            values = {by: normal(found.get(field)) for by, found in answers.items() if by in (OURS, *extractors)}
            others = [value for by, value in values.items() if by != OURS]
            most = majority(others) if len(others) >= 3 else None
            if most is None:
                continue
            decided += 1
            for by, value in values.items():
                voted[by] += 1
                agrees[by] += same(value, most)
            if pages is said and not same(values[OURS], most):
                differences.write(json.dumps({"field": field, "page": page, "most": most, **values}, ensure_ascii=False) + "\n")
        shares = (f" {100 * agrees[by] / max(voted[by], 1):.1f} % |" for by in extractors)
        print(f"| {row} | {decided} | {agrees[OURS]}, {100 * agrees[OURS] / max(decided, 1):.2f} % |", *shares, sep="")
    print("\n| CPU a page | median µs | mean µs | times natter, median |\n|---|---|---|---|")
    pages = set.intersection(*(set(took[by]) for by in took))
    for by in sorted(took, key=lambda by: median(took[by][page] for page in pages)):
        times = [took[by][page] for page in pages]
        ratio = median(took[by][page] / took[OURS][page] for page in pages)
        print(f"| {by} | {median(times):,.1f} | {sum(times) / len(times):,.1f} | {ratio:,.2f} |")
    print(f"\n(of the {len(pages)} pages that each of them could read)")


main()
