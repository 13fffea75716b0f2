"""The canvas every picture is drawn on: house style, colours, light and fabric.

A picture is a square of 400 units with a quiet background. Things lie or stand in the middle,
lit from the upper left, with one soft shadow. The canvas knows nothing about products.
"""

from contextlib import contextmanager
from html import escape

# Plain colour words (as in the catalogue's options) and how we draw them.
COLOURS = {
    "amber": "#c98a3c", "ash": "#d9bf96", "beech": "#d8b487", "birch": "#e3cba2",
    "black": "#36353a", "blue": "#5b83ad", "bottle green": "#2f5a4b", "brass": "#c79f4e",
    "brown": "#6f4a33", "burgundy": "#7c2f42", "camel": "#bf935f", "charcoal": "#50525a",
    "cherry": "#a8623f", "clear": "#dfe9e8", "coral": "#e1806a", "cream": "#f0e6d2",
    "dark beech": "#9a6a43", "dark denim": "#2f4467", "denim blue": "#4d6f9c",
    "gold-plated": "#d2aa55", "grey": "#a3a5a8", "leaves": "#5d7f5c", "lavender": "#a697c4",
    "light blue": "#a9c4dc", "mustard": "#d3a03c", "natural": "#dcc59c", "navy": "#2e3f60",
    "oak": "#c99e6b", "oat": "#dcc8a0", "olive": "#84875a", "pink": "#e3b3b0", "red": "#b8443e",
    "rust": "#b5613c", "rosemary": "#8fa585", "sand": "#d9c7a8", "silver": "#c3c7cc",
    "smoke": "#77757a", "walnut": "#7a5238", "white": "#f7f4ee", "nettle": "#8aa06d",
}
INK = "#3b3632"


def rgb(colour):
    """The three channels of `#rrggbb`, each 0 to 255."""
    return [int(colour[i:i + 2], 16) for i in (1, 3, 5)]


def mix(colour, other, share):
    """`colour` with `share` (0 to 1) of `other` stirred in."""
    pairs = zip(rgb(colour), rgb(other))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour, share=0.2):
    return mix(colour, "#ffffff", share)


def darker(colour, share=0.2):
    return mix(colour, "#1d1510", share)


def is_light(colour):
    r, g, b = rgb(colour)
    return 0.3 * r + 0.59 * g + 0.11 * b > 150


def contrast(colour, share=0.35):
    """A companion colour for stripes and stitches that shows on `colour`."""
    return darker(colour, share) if is_light(colour) else lighter(colour, share)


class Canvas:
    def __init__(self, title, tint):
        self.title = title
        self.tint = tint
        self.defs = []
        self.named = {}
        self.body = []
        self.under = []
        self.halves = 0

    # --- paint ---------------------------------------------------------------------------

    def define(self, key, markup):
        """Stores a definition once and returns the reference to it; `{id}` becomes its name."""
        if key not in self.named:
            self.named[key] = f"d{len(self.named)}"
            self.defs.append(markup.replace("{id}", self.named[key]))
        return f"url(#{self.named[key]})"

    def lit(self, colour, way="across", depth=0.16):
        """`colour` as a surface in the light: across a curve, down a plane, or round a ball."""
        ends = (lighter(colour, depth * 1.2), colour, darker(colour, depth))
        stops = "".join(
            f'<stop offset="{at}" stop-color="{tone}"/>' for at, tone in zip((0, .45, 1), ends))
        if way == "round":
            markup = f'<radialGradient id="{{id}}" cx=".36" cy=".3" r=".8">{stops}</radialGradient>'
        else:
            x2, y2 = {"across": (1, .25), "down": (.25, 1)}[way]
            markup = f'<linearGradient id="{{id}}" x2="{x2}" y2="{y2}">{stops}</linearGradient>'
        return self.define((colour, way, depth), markup)

    def fabric(self, name, colour):
        """A see-through weave to lay over a shape: stripes, check, dots, rib, waffle, …"""
        tone = contrast(colour, 0.45)
        faint = darker(colour, 0.3)

        def line(d, stroke=faint, width=1.2, opacity=.45):
            return (f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{width}" '
                    f'opacity="{opacity}"/>')

        tiles = {
            "stripes": (22, 22, f'<rect width="22" height="7" y="8" fill="{tone}" opacity=".8"/>'),
            "upright": (20, 20, f'<rect width="5" height="20" x="8" fill="{tone}" opacity=".7"/>'),
            "check": (34, 34, f'<g fill="{tone}" opacity=".38"><rect width="34" height="12"/>'
                              f'<rect width="12" height="34"/></g>'
                              + line("M0 23h34M23 0v34", tone, 1.5, .6)),
            "dots": (22, 22, f'<g fill="{tone}" opacity=".85"><circle cx="6" cy="6" r="2.6"/>'
                             f'<circle cx="17" cy="17" r="2.6"/></g>'),
            "rib": (7, 7, line("M3.5 0v7", width=1.6)),
            "knit": (10, 10, line("M0 2l5 5l5-5", width=1.4)),
            "cable": (30, 28, line("M9 0c0 14 12 14 12 28M21 0c0 14-12 14-12 28", width=2.4)
                              + line("M2 0v28M28 0v28", width=1.2)),
            "waffle": (11, 11, line("M0 0h11M0 0v11", width=2, opacity=.28)),
            "quilt": (44, 44, line("M0 0H44M0 0V44", width=2, opacity=.8)),
            "herringbone": (16, 12, line("M0 0l8 6l8-6M0 6l8 6l8-6", width=1, opacity=.3)),
            "cord": (6, 6, line("M3 0v6", width=2, opacity=.3)),
            "speckle": (40, 40, f'<g fill="{faint}" opacity=".4"><circle cx="6" cy="9" r="1"/>'
                                f'<circle cx="25" cy="5" r=".8"/><circle cx="15" cy="24" r="1.1"/>'
                                f'<circle cx="34" cy="30" r=".9"/></g>'),
            "grain": (90, 16, line("M0 5q22-5 45 0t45 0M0 13q30 3 90 0", width=1, opacity=.35)),
            "curls": (16, 16, line("M2 6a4 4 0 1 1 6 2M9 14a4 4 0 1 1 5-3", width=1.3, opacity=.3)),
            "wicker": (16, 16, line("M0 4h8M8 12h8M4 8v8M12 0v8", width=2, opacity=.45)),
            "moons": (44, 44, f'<path d="M14 8a9 9 0 1 0 8 14a8 8 0 1 1-8-14z" fill="{tone}" '
                              f'opacity=".8"/>'),
        }
        width, height, content = tiles[name]
        return self.define((name, colour), (
            f'<pattern id="{{id}}" width="{width}" height="{height}" '
            f'patternUnits="userSpaceOnUse">{content}</pattern>'))

    # --- shapes --------------------------------------------------------------------------

    def add(self, markup):
        self.body.append(markup)

    def path(self, d, fill, fabric=None, **more):
        """A filled outline; `fabric` is laid over it."""
        self.add(f'<path d="{d}" fill="{fill}"{attributes(more)}/>')
        if fabric:
            self.add(f'<path d="{d}" fill="{fabric}"/>')

    def rect(self, x, y, width, height, radius, fill, fabric=None, **more):
        box = f'x="{x}" y="{y}" width="{width}" height="{height}" rx="{radius}"'
        self.add(f'<rect {box} fill="{fill}"{attributes(more)}/>')
        if fabric:
            self.add(f'<rect {box} fill="{fabric}"/>')

    def oval(self, x, y, rx, ry, fill, fabric=None, **more):
        box = f'cx="{x}" cy="{y}" rx="{rx}" ry="{ry}"'
        self.add(f'<ellipse {box} fill="{fill}"{attributes(more)}/>')
        if fabric:
            self.add(f'<ellipse {box} fill="{fabric}"/>')

    def line(self, d, colour=INK, width=2, **more):
        more = {"stroke_linecap": "round", "stroke_linejoin": "round", **more}
        self.add(f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width}"'
                 f'{attributes(more)}/>')

    def shine(self, d, width=5, opacity=0.45):
        """A highlight on glass or glaze."""
        self.line(d, "#fff", width, opacity=opacity)

    def text(self, x, y, words, size, colour):
        self.add(f'<text x="{x}" y="{y}" font-family="Georgia,serif" font-size="{size}" '
                 f'text-anchor="middle" fill="{colour}">{escape(words)}</text>')

    @contextmanager
    def group(self, transform):
        self.add(f'<g transform="{transform}">')
        yield
        self.add("</g>")

    @contextmanager
    def both_sides(self):
        """What is drawn inside appears a second time, mirrored on the middle."""
        self.halves += 1
        name = f"half{self.halves}"
        self.add(f'<g id="{name}">')
        yield
        self.add(f'</g><use href="#{name}" transform="matrix(-1 0 0 1 400 0)"/>')

    def floor(self, x, y, rx):
        """The shadow under a thing that stands at height `y`."""
        blur = self.define("blur", '<filter id="{id}" x="-.5" y="-1" width="2" height="3">'
                                   '<feGaussianBlur stdDeviation="9"/></filter>')
        self.under.append(f'<ellipse cx="{x}" cy="{y}" rx="{rx}" ry="11" fill="#4a3b2c" '
                          f'opacity=".32" filter="{blur}"/>')

    def glow(self, x, y, radius, colour="#ffd98a"):
        """Lamplight or candlelight behind what follows."""
        light = self.define("glow", f'<radialGradient id="{{id}}"><stop stop-color="{colour}" '
                                    f'stop-opacity=".85"/><stop offset="1" stop-color="{colour}" '
                                    f'stop-opacity="0"/></radialGradient>')
        self.under.append(f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{light}"/>')

    # --- the finished picture ------------------------------------------------------------

    def svg(self):
        background = (f'<radialGradient id="bg" cx=".45" cy=".35" r=".85">'
                      f'<stop stop-color="{lighter(self.tint, .45)}"/>'
                      f'<stop offset="1" stop-color="{self.tint}"/></radialGradient>')
        # Spelt out instead of feDropShadow, which some renderers lack.
        shadow = ('<filter id="shadow" x="-.2" y="-.2" width="1.4" height="1.4">'
                  '<feGaussianBlur in="SourceAlpha" stdDeviation="7"/><feOffset dx="3" dy="7"/>'
                  '<feColorMatrix values="0 0 0 0 .29 0 0 0 0 .23 0 0 0 0 .17 0 0 0 .32 0"/>'
                  '<feMerge><feMergeNode/><feMergeNode in="SourceGraphic"/></feMerge></filter>')
        return "\n".join([
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">',
            f"<title>{escape(self.title)}</title>",
            f'<defs>{background}{shadow}{"".join(self.defs)}</defs>',
            '<rect width="400" height="400" fill="url(#bg)"/>',
            *self.under,
            '<g filter="url(#shadow)">', *self.body, "</g>", "</svg>", ""])


def attributes(more):
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
