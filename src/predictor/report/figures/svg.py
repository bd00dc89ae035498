"""SVG as matplotlib writes it, made fit to stand in a page among others."""

from __future__ import annotations

import hashlib
import re
from html import escape

_PREFIX = 4


def compact(svg: str, identity: str, label: str) -> str:
    """Without what no reader needs, and with names that no other figure on the page has.

    Parameters
    ----------
    svg
        From matplotlib, with text as outlines.
    identity
        What tells the figure from all others; names of parts are made from it.
    label
        What screen readers say.

    Returns
    -------
    str
        One ``<svg>`` element, without XML declaration: it can be put into HTML as it is. A third
        of the size.
    """
    prefix = "f" + hashlib.sha256(identity.encode()).hexdigest()[:_PREFIX]
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # a style sheet would hold for the whole page
    svg = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    svg = re.sub(
        r"<svg [^>]*?width=\"([\d.]+)pt\" height=\"([\d.]+)pt\" viewBox=\"([^\"]+)\"[^>]*>",
        lambda hit: (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{hit[1]}pt" height="{hit[2]}pt" '
            f'viewBox="{hit[3]}" role="img" aria-label="{escape(label)}" '
            f'stroke-linejoin="round" stroke-linecap="butt">'
        ),
        svg,
        count=1,
    )
    svg = svg.replace("xlink:href=", "href=")
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)
    names = dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg))
    short = {name: f"{prefix}.{number}" for number, name in enumerate(names)}
    svg = re.sub(r'\bid="([^"]+)"', lambda hit: f'id="{short[hit[1]]}"', svg)
    svg = re.sub(r'href="#([^"]+)"', lambda hit: f'href="#{short[hit[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda hit: f"url(#{short[hit[1]]})", svg)
    # letters stand on a line: where each begins is enough
    svg = re.sub(
        r'transform="translate\(([\d.]+) 0\)"/>', lambda hit: f'x="{float(hit[1]):.0f}"/>', svg
    )
    svg = re.sub(r"-?\d+\.\d{3,}", _shorter, svg)
    svg = re.sub(r"\s*\n\s*(?=[A-Za-z\"])", "", svg)
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(r'<g([^>]*)>((?:<use [^>]* style="[^"]*"/>)+)</g>', _style_once, svg)
    return svg.strip() + "\n"


def _style_once(group: re.Match[str]) -> str:
    """Marks of one look say so once, not each."""
    looks = set(re.findall(r' style="[^"]*"', group[2]))
    if len(looks) > 1 or "style=" in group[1]:
        return group[0]
    (look,) = looks
    return f"<g{group[1]}{look}>{group[2].replace(look, '')}</g>"


def _shorter(number: re.Match[str]) -> str:
    """Two decimals, of points: a hundredth of what can be printed."""
    value = float(number[0])
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) >= 0.1 else f"{value:.4g}"
