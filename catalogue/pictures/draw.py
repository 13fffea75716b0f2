#!/usr/bin/env python3
"""Draws one picture (SVG) for every product of the sample shop.

    python3 catalogue/pictures/draw.py            # all of them
    python3 catalogue/pictures/draw.py AW-MUG     # only products whose number starts like this

The three letters in a product's number (AW-MUG-…) name the kind of thing, which picks the
drawing function; the first variant's colour, glaze or metal colours it; words of the title and
description ("checked", "hood") add details. Needs PyYAML.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import yaml

from drawing import bags, clothes, furniture, home, lights, shoes, small, tableware
from drawing.canvas import COLOURS, Canvas

HERE = Path(__file__).resolve().parent
PRODUCTS = HERE.parent / "products"

KINDS = {}
for family in (bags, clothes, furniture, home, lights, shoes, small, tableware):
    KINDS |= family.KINDS

# The background, by what the things have in common.
TINTS = {
    "womens-clothing": "#e0cfc6", "mens-clothing": "#cbd2d4", "knitwear": "#d9cfc0",
    "socks-and-underwear": "#d6d3cb", "shoes-and-slippers": "#d8cebf", "bags": "#d3d6cc",
    "blankets": "#dccfc0", "cushions": "#dccfc0", "bed-linen": "#cfd6da",
    "towels-and-bath": "#c9d8d6", "candles": "#d5c6b8", "lamps": "#c6c1bc",
    "ceramics": "#dbd2c6", "kitchen": "#d2d6c8", "furniture": "#d4cfc8",
    "jewellery": "#d8c9c9", "gifts": "#d9cdb9",
}


@dataclass
class Look:
    """What a drawing function may know about a product."""
    colour: str
    words: str
    option: str

    def says(self, word):
        return word in self.words


def look_of(product):
    """The colour of the first variant, or else the first colour word in the attributes."""
    options = list(product["variants"][0]["options"].values())
    attributes = list(product["attributes"].values())
    colour = next((COLOURS[value] for value in options if value in COLOURS), None)
    if colour is None:
        colour = next((COLOURS[word] for value in attributes
                       for word in value.replace(",", "").split() if word in COLOURS), "#d8cbb5")
    words = " ".join([product["title"], product["description"], *product["tags"]]).lower()
    return Look(colour, words, options[0])


def draw(product):
    canvas = Canvas(product["title"], TINTS[product["category"]])
    KINDS[product["sku"].split("-")[1]](canvas, look_of(product))
    return canvas.svg()


def main():
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    drawn = 0
    for file in sorted(PRODUCTS.glob("*.yaml")):
        for product in yaml.safe_load(file.read_text(encoding="utf-8")):
            if product["sku"].startswith(wanted):
                (HERE / product["picture"]).write_text(draw(product), encoding="utf-8")
                drawn += 1
    print(f"{drawn} pictures drawn in {HERE.name}/")


if __name__ == "__main__":
    main()
