"""Bags, purses and pouches."""

from .canvas import contrast, darker, lighter


def tote(c, p):
    if p.says("string bag"):
        c.line("M150 164Q150 60 200 60T250 164", darker(p.colour, .12), 9)
        d = "M136 160H264Q330 250 286 320Q200 362 114 320Q70 250 136 160z"
        c.path(d, p.colour, opacity=.35)
        for x, y, r, tone in ((168, 284, 40, "#d98a4a"), (232, 290, 36, "#8fa060"),
                              (206, 232, 34, "#c9533f")):
            c.oval(x, y, r, r, c.lit(tone, "round", .2))
        net = c.define("net", f'<pattern id="{{id}}" width="26" height="26" patternUnits='
                              f'"userSpaceOnUse"><path d="M13 0L26 13L13 26L0 13z" fill="none" '
                              f'stroke="{darker(p.colour, .1)}" stroke-width="3.4"/></pattern>')
        c.path(d, net, stroke=darker(p.colour, .12), stroke_width=4)
        c.line("M134 160H266", darker(p.colour, .15), 10)
        return
    leather = p.says("leather shopper")
    c.line("M150 170Q150 56 200 56T250 170", darker(p.colour, .25), 11)
    c.path("M104 148H296L312 340Q200 354 88 340z", c.lit(p.colour))
    c.line("M150 176V140M250 176V140", darker(p.colour, .12), 13)
    if leather:
        c.line("M108 162H292", contrast(p.colour, .4), 1.8, stroke_dasharray="6 4")
        c.line("M94 326Q200 340 306 326", contrast(p.colour, .4), 1.8, stroke_dasharray="6 4")
        c.rect(186, 190, 28, 34, 4, darker(p.colour, .15))
    else:
        leaf = contrast(p.colour, .6)
        c.path("M200 306Q142 268 200 198Q258 268 200 306z", leaf, opacity=.85)
        c.line("M200 324V226M200 284l-20-18M200 284l20-18M200 262l-14-14M200 262l14-14",
               p.colour, 2.6)


def backpack(c, p):
    roll = p.says("roll-top")
    with c.both_sides():
        c.path("M112 150Q78 200 90 318l24 8z", c.lit(darker(p.colour, .3)))
    c.line("M176 84Q176 52 200 52T224 84", darker(p.colour, .35), 9)
    c.path("M116 112Q116 82 150 80H250Q284 82 284 112L296 326Q298 348 274 350H126Q102 348 104 326z",
           c.lit(p.colour))
    if roll:
        c.rect(108, 74, 184, 44, 16, c.lit(darker(p.colour, .12), "down"))
        c.line("M200 78v112", darker(p.colour, .45), 12)
        c.rect(188, 150, 24, 28, 4, "#2d2b2c")
        c.line("M120 330H280", "#e9edf0", 6)
        c.rect(132, 212, 136, 92, 10, c.lit(lighter(p.colour, .08), "down"))
        c.line("M140 226H260", darker(p.colour, .4), 4)
        return
    c.path("M112 108Q112 78 150 78H250Q288 78 288 108L284 178Q200 202 116 178z",
           c.lit(lighter(p.colour, .08)))
    c.rect(128, 222, 144, 104, 14, c.lit(lighter(p.colour, .05), "down"),
           stroke=darker(p.colour, .25), stroke_width=1.6)
    for x in (156, 232):
        c.rect(x, 150, 14, 76, 4, "#8a5a38")
        c.rect(x - 3, 192, 20, 16, 3, "none", stroke="#cfae62", stroke_width=3)


def crossbody(c, p):
    if p.says("bum bag"):
        c.path("M40 206Q80 168 120 176V226Q80 216 48 232z", darker(p.colour, .25))
        c.path("M360 206Q320 168 280 176V226Q320 216 352 232z", darker(p.colour, .25))
        c.path("M94 178Q96 158 122 156H278Q304 158 306 178Q310 250 258 268H142Q90 250 94 178z",
               c.lit(p.colour))
        c.line("M112 186H288", darker(p.colour, .45), 5)
        c.line("M126 218Q200 236 274 218", darker(p.colour, .35), 4)
        c.line("M282 186v20", "#cfd3d6", 6)
        return
    c.line("M112 190Q70 60 200 48T288 190", darker(p.colour, .3), 7)
    c.path("M96 180Q96 166 112 166H288Q304 166 304 180L312 312Q312 334 290 334H110Q88 334 88 312z",
           c.lit(darker(p.colour, .08)))
    c.path("M94 178Q94 162 112 162H288Q306 162 306 178L308 236Q260 282 200 282T92 236z",
           c.lit(p.colour))
    c.line("M98 238Q150 274 200 274T302 238", contrast(p.colour, .4), 1.8, stroke_dasharray="6 4")
    c.oval(200, 268, 11, 11, "#cfae62")


def weekender(c, p):
    leather = "#8a5a38"
    c.floor(200, 330, 160)
    c.line("M136 196Q140 92 200 92T264 196", leather, 12)
    c.path("M70 190Q72 160 104 158H296Q328 160 330 190L340 300Q340 328 312 330H88Q60 328 60 300z",
           c.lit(p.colour))
    c.path("M60 288L58 304Q60 330 88 330H312Q340 330 342 304L340 288z", leather)
    c.rect(126, 158, 22, 132, 3, leather), c.rect(252, 158, 22, 132, 3, leather)
    c.line("M92 172H308", darker(p.colour, .45), 5)
    c.rect(186, 196, 28, 40, 4, c.lit(leather, "down"))


def wallet(c, p):
    if p.says("zip purse"):
        c.rect(92, 128, 216, 158, 22, c.lit(p.colour))
        c.rect(102, 138, 196, 138, 16, "none", stroke=contrast(p.colour, .4), stroke_width=1.8,
               stroke_dasharray="6 4")
        c.line("M94 156Q94 130 120 130H282Q306 130 306 156", "#cfae62", 5, stroke_dasharray="3 3")
        c.path("M298 146l28 18l-6 30l-14-4l4-22l-18-12z", darker(p.colour, .15))
        return
    c.path("M116 112L276 96L284 128L124 140z", "#d9dde2")
    c.path("M120 118L280 108L284 136L124 146z", "#7da0b8")
    c.rect(96, 128, 208, 150, 14, c.lit(p.colour))
    c.rect(104, 136, 192, 134, 9, "none", stroke=contrast(p.colour, .4), stroke_width=1.8,
           stroke_dasharray="6 4")
    c.path("M172 128Q200 166 228 128z", darker(p.colour, .4))


def pouch(c, p):
    if p.says("laptop"):
        c.rect(80, 92, 240, 200, 10, c.lit("#c5c9cd"))
        c.rect(72, 126, 256, 196, 14, c.lit(p.colour), c.fabric("curls", p.colour))
        c.path("M182 112H218V196Q200 210 182 196z", c.lit("#a8703f", "down"))
        c.oval(200, 186, 6, 6, "#cfae62")
        return
    c.rect(74, 132, 252, 156, 16, c.lit(p.colour))
    c.rect(74, 132, 252, 26, 12, darker(p.colour, .12))
    c.line("M86 147H304", "#d8b25e", 4, stroke_dasharray="4 3")
    c.path("M300 140l44 22l-10 16l-40-22z", "#8a5a38")
    c.path("M200 262Q176 240 200 204Q224 240 200 262z", contrast(p.colour, .5), opacity=.7)


KINDS = {"TOT": tote, "BAC": backpack, "XBD": crossbody, "WKD": weekender, "WAL": wallet,
         "PCH": pouch}
