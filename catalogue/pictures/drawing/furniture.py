"""Small furniture, seen from a little above."""

from .canvas import darker, lighter


def wood(c, p):
    """The paint and the grain of a board."""
    return c.lit(p.colour, "down", .14), c.fabric("grain", p.colour)


def leg(c, p, x1, y1, x2, y2, width=15, back=False):
    c.line(f"M{x1} {y1}L{x2} {y2}", darker(p.colour, .28 if back else .1), width,
           stroke_linecap="butt")


def stool(c, p):
    paint, grain = wood(c, p)
    if p.says("bar stool"):
        c.floor(200, 364, 110)
        for x1, x2 in ((176, 158), (224, 242)):
            leg(c, p, x1, 116, x2, 346, 9, back=True)
        for x1, x2 in ((150, 108), (250, 292)):
            leg(c, p, x1, 116, x2, 364, 10)
        c.line("M122 286Q200 312 278 286", darker(p.colour, .1), 8)
        c.path("M120 92Q200 112 280 92Q292 120 264 128Q200 142 136 128Q108 120 120 92z",
               c.lit("#d9bf96", "down"), c.fabric("grain", "#d9bf96"))
        return
    c.floor(200, 352, 120)
    for x1, x2 in ((152, 146), (248, 254)):
        leg(c, p, x1, 170, x2, 326, 15, back=True)
    c.path("M112 248H288V262H112z", darker(p.colour, .2))
    for x1, x2 in ((108, 96), (292, 304)):
        leg(c, p, x1, 178, x2, 352, 19)
    c.path("M128 132H272L318 176H82z", paint, grain)
    c.path("M82 176H318V198H82z", c.lit(darker(p.colour, .12)), grain)




def side_table(c, p):
    paint, grain = wood(c, p)
    c.floor(200, 356, 120)
    if p.says("round steel"):
        c.line("M150 150L256 350M250 150L144 350", darker(p.colour, .15), 9)
        c.line("M164 350H236", darker(p.colour, .25), 7)
        c.path("M62 118Q62 166 200 168T338 118V132Q330 182 200 184T62 132z",
               c.lit(darker(p.colour, .12)))
        c.oval(200, 118, 138, 44, paint)
        c.oval(200, 118, 126, 37, darker(p.colour, .06))
        return
    for x in (128, 272):
        leg(c, p, x, 156, x, 318, 13, back=True)
    c.path("M122 250H278L306 278H94z", c.lit(darker(p.colour, .16)), grain)
    c.path("M94 278H306V288H94z", darker(p.colour, .3))
    for x in (96, 304):
        leg(c, p, x, 168, x, 354, 15)
    c.path("M118 116H282Q290 116 296 122L328 158H72L104 122Q110 116 118 116z", paint, grain)
    c.path("M72 158H328V172Q328 180 318 180H82Q72 180 72 172z", c.lit(darker(p.colour, .12)))


def chair(c, p):
    if p.says("reading"):
        oak = "#c99e6b"
        c.floor(200, 362, 130)
        c.line("M104 300L88 360M296 300L312 360", oak, 14)
        c.path("M118 70Q200 48 282 70Q300 84 296 130L288 250H112L104 130Q100 84 118 70z",
               c.lit(p.colour), c.fabric("speckle", p.colour))
        c.line("M200 66V236", darker(p.colour, .2), 2)
        c.path("M96 228H304Q322 230 320 260V292Q318 312 298 312H102Q82 312 80 292V260"
               "Q78 230 96 228z", c.lit(lighter(p.colour, .08), "down"),
               c.fabric("speckle", p.colour))
        for d in ("M66 196Q64 176 86 178Q112 178 112 200V306H84Q66 306 66 286z",
                  "M334 196Q336 176 314 178Q288 178 288 200V306H316Q334 306 334 286z"):
            c.path(d, c.lit(darker(p.colour, .1)))
        return
    c.floor(204, 364, 120)
    for x1, y1, x2, y2 in ((142, 206, 136, 340), (262, 206, 270, 340)):
        leg(c, p, x1, y1, x2, y2, 11, back=True)
    c.line("M134 210L122 74M270 210L282 74", darker(p.colour, .1), 12)
    c.path("M110 78Q202 50 294 78L290 122Q202 96 114 122z", *wood(c, p))
    c.path("M132 200H272L312 246H92z", c.lit("#dcc59c", "down"), c.fabric("wicker", "#cdb07c"))
    c.path("M90 244H314V260H90z", c.lit(p.colour))
    c.line("M102 258L92 364M302 258L312 364", p.colour, 13)
    c.line("M98 306H306", darker(p.colour, .1), 7)


def bench(c, p):
    paint, grain = wood(c, p)
    c.floor(200, 320, 170)
    c.path("M74 250H326L340 268H60z", c.lit(darker(p.colour, .14)), grain)
    c.line("M66 276H334", darker(p.colour, .3), 9)
    for x, tone in ((110, "#b5613c"), (140, "#b5613c"), (220, "#2e3f60"), (250, "#2e3f60")):
        c.path(f"M{x} 262q-2-26 8-28q8 10 20 14q8 4 6 14z", tone)
    for x in (62, 338):
        leg(c, p, x, 190, x, 320, 18)
    c.path("M74 150H326L362 182H38z", paint, grain)
    c.path("M38 182H362V202H38z", c.lit(darker(p.colour, .14)), grain)


def shelf(c, p):
    c.floor(200, 368, 110)
    c.line("M148 36L112 368M252 36L288 368", p.colour, 12)
    things = ("#b5613c", "#2e3f60", "#84875a", "#d3a03c", "#7c2f42")
    for i, y in enumerate((84, 150, 218, 288, 352)):
        left, right = 142 - i * 10, 258 + i * 10
        if i < 4:
            for j in range(4):
                height = 34 + (i * 7 + j * 11) % 18
                c.rect(left + 12 + j * 15, y - height, 13, height, 2, things[(i + j) % 5])
            if i % 2:
                c.path(f"M{right - 48} {y}v-22h30v22z", c.lit("#c79f77"))
                c.path(f"M{right - 33} {y - 20}q-30-8-26-34q24 4 26 34q4-32 28-30q0 24-28 30z",
                       "#6d8f5f")
            else:
                c.oval(right - 30, y - 18, 17, 18, c.lit("#d8cbb5", "round"))
        c.rect(left, y, right - left, 11, 3, c.lit(darker(p.colour, .08), "down"))


def bedside(c, p):
    paint, grain = wood(c, p)
    c.floor(200, 360, 120)
    c.line("M112 300L104 358M288 300L296 358", darker(p.colour, .2), 15)
    c.path("M96 138H304V308H96z", c.lit(darker(p.colour, .06)), grain)
    c.path("M110 226H290V294H110z", darker(p.colour, .5))
    c.path("M134 280H248V294H134z", "#7c2f42"), c.path("M142 268H240V281H142z", "#5b83ad")
    c.rect(110, 152, 180, 62, 4, paint, grain, stroke=darker(p.colour, .3), stroke_width=2)
    c.oval(200, 183, 9, 9, c.lit("#c79f4e", "round"))
    c.path("M104 106H296L316 132H84z", paint, grain)
    c.path("M84 132H316V144H84z", c.lit(darker(p.colour, .14)))


def pouf(c, p):
    c.floor(200, 326, 130)
    c.path("M66 214Q64 120 200 118T334 214Q340 318 200 322T66 214z", c.lit(p.colour, "round", .2),
           c.fabric("cable", p.colour))
    c.oval(200, 158, 96, 32, lighter(p.colour, .15), opacity=.5)
    c.oval(200, 154, 18, 8, darker(p.colour, .3))


def desk(c, p):
    paint, grain = wood(c, p)
    c.floor(200, 352, 170)
    for x in (96, 304):
        leg(c, p, x, 190, x, 330, 11, back=True)
    c.path("M72 112H328L372 172H28z", paint, grain)
    c.path("M28 172H372V216H28z", c.lit(darker(p.colour, .1)), grain)
    c.rect(128, 178, 144, 32, 3, c.lit(p.colour, "down"), stroke=darker(p.colour, .3),
           stroke_width=1.8)
    c.oval(200, 194, 7, 7, "#c79f4e")
    for x in (46, 354):
        leg(c, p, x, 216, x, 352, 16)
    c.path("M160 140H256L264 158H152z", "#8d9298"), c.path("M166 76H250V140H166z", "#3f4348")
    c.rect(172, 82, 72, 52, 2, "#a9c4dc")
    c.path("M290 118h26v24q-13 8-26 0z", c.lit("#b5613c"))


def mirror(c, p):
    c.oval(200, 200, 142, 142, c.lit(p.colour, depth=.25))
    glass = c.define("glass", '<linearGradient id="{id}" x2="1" y2="1"><stop stop-color="#f4f8f8"/>'
                              '<stop offset=".5" stop-color="#c9d8da"/>'
                              '<stop offset="1" stop-color="#e9f0ef"/></linearGradient>')
    c.oval(200, 200, 127, 127, glass)
    c.shine("M118 222L222 104M142 262L276 116M250 246L290 200", 9, .6)


KINDS = {"STO": stool, "SID": side_table, "CHA": chair, "BEN": bench, "SHF": shelf,
         "NIG": bedside, "POU": pouf, "DES": desk, "MIR": mirror}
