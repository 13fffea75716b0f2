"""Small things: soap and brushes, jewellery, cards, boxes and what goes in a stocking."""

from math import cos, degrees, pi, sin

from .canvas import darker, lighter


def soap(c, p):
    if p.says("liquid"):
        c.floor(200, 352, 90)
        c.line("M200 138V76H150Q136 76 136 92", "#2f2b2a", 13)
        c.rect(172, 116, 56, 30, 6, "#2f2b2a")
        c.path("M172 142H228Q230 166 262 178Q278 188 278 206V326Q278 348 256 348H144Q122 348 122 326"
               "V206Q122 188 138 178Q170 166 172 142z", c.lit("#8a5a34", depth=.25))
        c.rect(146, 222, 108, 82, 4, "#fbf6ea")
        c.path("M200 262q-15-11 0-30q15 19 0 30z", "#6f8465")
        c.text(200, 290, "Alder & Wick", 14, "#4b3a2a")
        c.shine("M136 214V320", 6, .35)
        return
    c.floor(200, 306, 120)
    if p.says("shampoo"):
        c.path("M88 196V250Q92 300 200 304T312 250V196z", c.lit(darker(p.colour, .1)))
        c.oval(200, 196, 112, 54, c.lit(p.colour, "down"), c.fabric("speckle", p.colour))
        c.path("M200 226q-24-16 0-54q24 38 0 54z", darker(p.colour, .3), opacity=.6)
        bubbles(c)
        return
    c.path("M70 188L132 146H330L340 160V232L276 292H78L70 280z", c.lit(darker(p.colour, .14)))
    c.path("M70 188L132 146H330L276 190z", c.lit(lighter(p.colour, .2), "down"),
           c.fabric("speckle", p.colour))
    c.path("M70 188H276V292H78L70 280z", c.lit(p.colour), c.fabric("speckle", p.colour))
    c.path("M112 188H236V292H112z", "#fbf6ea"), c.path("M112 188L168 146H292L236 188z", "#f3ecda")
    c.path("M174 246q-15-11 0-34q15 23 0 34z", "#6f8465")
    c.text(174, 274, "Alder & Wick", 15, "#4b3a2a")
    bubbles(c)


def bubbles(c):
    for x, y, r in ((96, 120, 15), (122, 96, 9), (318, 108, 18), (296, 82, 8)):
        c.oval(x, y, r, r, "#ffffff", opacity=.5)
        c.shine(f"M{x - r // 2} {y - 2}q1-{r // 3} {r // 3}-{r // 2}", 2, .9)


def brush(c, p):
    with c.group("rotate(-38 200 200)"):
        c.path("M36 212Q58 206 70 214H140V244H70Q58 252 36 246Q20 230 36 212z",
               c.lit("#e9d9b4"), c.fabric("cord", "#c9b078"))
        c.path("M24 194Q90 166 150 186L360 190Q378 194 378 203T360 216L150 220Q90 236 24 214z",
               c.lit(p.colour, "down", .2), c.fabric("grain", p.colour))
        c.path("M30 214Q90 236 146 220L138 262Q84 274 38 258z", c.lit("#efe2c2"),
               c.fabric("cord", "#b89a60"))
        c.oval(360, 203, 5, 5, darker(p.colour, .5))
        c.line("M364 203q34 2 26 30", "#8a6a48", 4)


def chain(c, p, d, width=3.5):
    c.line(d, darker(p.colour, .18), width + 1.5)
    c.line(d, lighter(p.colour, .35), width, stroke_dasharray="5 3")


def necklace(c, p):
    if p.says("bead"):
        tones = (p.colour, lighter(p.colour, .4), darker(p.colour, .2), "#e9dcc3")
        for i in range(27):
            angle = pi * (2 * (i + 1) / 28 - .5)
            x, y = round(200 - 124 * cos(angle)), round(196 + 130 * sin(angle))
            c.oval(x, y, 13, 13, c.lit(tones[i * 5 % 4], "round", .28))
        c.oval(200, 66, 9, 6, "none", stroke="#c3c7cc", stroke_width=4)
        return
    chain(c, p, "M96 44Q100 210 200 258Q300 210 304 44")
    if p.says("disc"):
        c.oval(200, 292, 36, 36, c.lit(p.colour, "round", .25))
        c.text(200, 306, "M", 40, darker(p.colour, .55))
    else:
        c.path("M214 252Q262 292 226 340Q192 368 158 338Q214 330 214 252z",
               c.lit(p.colour, "round", .28), c.fabric("speckle", p.colour))
    c.oval(200, 258, 7, 7, "none", stroke=darker(p.colour, .2), stroke_width=4)


def earrings(c, p):
    if p.says("hoop"):
        for x in (120, 280):
            c.oval(x, 206, 52, 60, "none", stroke=darker(p.colour, .25), stroke_width=17)
            c.oval(x, 205, 52, 60, "none", stroke=c.lit(p.colour, depth=.3), stroke_width=13)
            c.shine(f"M{x - 47} 190Q{x - 40} 158 {x - 16} 148", 4, .8)
            c.rect(x - 8, 138, 16, 13, 4, darker(p.colour, .3))
        return
    c.rect(92, 84, 216, 240, 8, c.lit("#f6efe2", "down"))
    c.text(200, 300, "Alder & Wick", 17, "#7a6a58")
    for x in (152, 248):
        if p.says("stud"):
            c.oval(x, 180, 24, 24, c.lit(p.colour, "round", .3))
            c.shine(f"M{x - 12} 174q4-10 12-12", 4, .7)
        else:
            c.line(f"M{x} 124q14 0 12 18T{x} 170", darker(p.colour, .25), 4)
            c.path(f"M{x} 166Q{x + 34} 216 {x + 24} 238Q{x} 262 {x - 24} 238Q{x - 34} 216 {x} 166z",
                   c.lit(p.colour, "round", .3), c.fabric("speckle", p.colour))


def ring(c, p):
    c.floor(200, 322, 80)
    c.oval(200, 216, 96, 96, "none", stroke=darker(p.colour, .35), stroke_width=20)
    c.oval(199, 214, 96, 96, "none", stroke=c.lit(p.colour, depth=.35), stroke_width=16)
    for i in range(26):
        angle = 2 * pi * (i + (i * 7 % 5) / 9) / 26
        x, y = round(199 + 96 * cos(angle)), round(214 + 96 * sin(angle))
        dx, dy = round(6 * cos(angle + 1)), round(6 * sin(angle + 1))
        c.line(f"M{x - dx} {y - dy}L{x + dx} {y + dy}", (lighter, darker)[i % 2](p.colour, .45), 2,
               opacity=.6)
    c.shine("M108 180Q122 138 162 124", 4, .8)


def bracelet(c, p):
    if p.says("cord"):
        c.oval(200, 196, 122, 96, "none", stroke=darker(p.colour, .2), stroke_width=11)
        c.oval(200, 195, 122, 96, "none", stroke=p.colour, stroke_width=7, stroke_dasharray="9 3")
        c.oval(200, 291, 17, 17, c.lit("#c3c7cc", "round", .3))
        c.rect(184, 90, 32, 20, 8, darker(p.colour, .15))
        c.line("M190 98L150 52M210 98L256 50", p.colour, 6)
        return
    for i in range(22):
        angle = 2 * pi * i / 22
        x, y = round(200 + 122 * cos(angle)), round(196 + 104 * sin(angle))
        with c.group(f"rotate({round(degrees(angle)) + 90} {x} {y})"):
            c.oval(x, y, 20, 11, "none", stroke=c.lit(p.colour, depth=.35), stroke_width=6)
    c.line("M184 300h32M200 300v26", darker(p.colour, .2), 8)


def jewellery_box(c, p):
    wood = "#7a5238"
    c.floor(200, 330, 150)
    c.path("M82 78H318L334 184H66z", c.lit(wood), c.fabric("grain", wood))
    c.path("M96 92H304L316 172H84z", c.lit("#dfe9e8"), opacity=.85)
    c.path("M66 184H334V318Q334 328 322 328H78Q66 328 66 318z", c.lit(wood), c.fabric("grain", wood))
    c.path("M82 190H318L308 248H92z", c.lit(p.colour, "down"))
    for x in (124, 156, 188):
        c.line(f"M{x} 196v46", darker(p.colour, .3), 5)
    c.oval(140, 216, 12, 9, "none", stroke="#d2aa55", stroke_width=5)
    c.line("M222 206Q250 250 286 204", "#d2aa55", 4, stroke_dasharray="4 3")
    c.oval(200, 290, 9, 9, c.lit("#c79f4e", "round"))


def gift_card(c, p):
    with c.group("rotate(7 200 200)"):
        c.path("M82 110H326V278H82z", c.lit("#e9dcc3"))
        c.path("M82 110L204 206L326 110z", c.lit("#dccaa8", "down"))
    with c.group("rotate(-6 200 200)"):
        c.rect(66, 138, 256, 158, 12, c.lit("#2f5a4b", "down"))
        c.path("M194 246Q162 222 194 172Q226 222 194 246z", "#d9b46a")
        c.line("M194 258V196M194 226l-11-10M194 226l11-10", "#2f5a4b", 2.4)
        c.text(194, 282, "Alder & Wick", 20, "#f3e7cf")
        c.line("M284 138V296M66 164H322", "#d9b46a", 5)
        c.path("M284 164q-36-30-40-4t40 4zM284 164q36-30 34-4t-34 4z", "#d9b46a")


def gift_set(c, p):
    c.floor(200, 330, 150)
    if p.says("baby"):
        tone = p.colour
        c.path("M122 116Q200 96 278 116V220H122z", c.lit(tone), c.fabric("knit", tone))
        c.oval(278, 124, 30, 30, "none", stroke="#d8b487", stroke_width=13)
        c.rect(270, 146, 14, 66, 6, "#d8b487")
    elif p.says("bath brush"):
        c.line("M118 84L176 214", "#d8b487", 14)
        c.rect(96, 60, 40, 56, 14, c.lit("#efe2c2"), c.fabric("cord", "#b89a60"))
        c.rect(166, 110, 126, 104, 26, c.lit("#f7f4ee"), c.fabric("curls", "#d9d2c4"))
        c.rect(232, 172, 74, 46, 8, c.lit("#a697c4"))
    else:
        c.rect(112, 108, 84, 116, 10, c.lit("#c98a3c")), c.rect(126, 152, 56, 42, 3, "#fbf6ea")
        c.path("M214 96H254V190Q300 196 300 218H214z", c.lit("#a3a5a8"), c.fabric("rib", "#8a8c90"))
        c.rect(262, 128, 56, 92, 8, c.lit("#84875a"))
    c.path("M78 206H322L306 326H94z", c.lit("#c9a877"))
    c.path("M64 194H336V224H64z", c.lit("#d8b98c", "down"))
    c.rect(188, 194, 24, 132, 0, "#7c2f42")
    c.path("M200 208q-52-40-58-6t58 12zM200 208q52-40 58-6t-58 12z", c.lit("#93394f", "down"))
    c.oval(200, 210, 11, 10, "#6a2436")


def advent_candle(c, p):
    c.floor(200, 352, 80)
    c.glow(200, 60, 110)
    c.path("M166 84Q200 68 234 84V346H166z", c.lit(p.colour, depth=.25))
    c.line("M200 80V62", "#3b2f28", 3)
    c.path("M200 22Q218 46 210 58Q200 66 190 58Q184 46 200 22z", "#f5a93b")
    for i in range(12):
        y = 112 + i * 19
        c.line(f"M168 {y}H232", "#f3e7cf", 1.5, opacity=.8)
        c.text(200, y + 14, str(i * 2 + 1), 12, "#f3e7cf")
    c.path("M128 350Q150 318 200 334Q250 318 272 350z", c.lit("#2f5a4b"))
    for x in (158, 178, 240):
        c.oval(x, 342, 7, 7, "#b8443e")


def cards(c, p):
    for angle, x, tone, leaf in ((-15, 62, "#efe6d4", "#b5613c"), (13, 208, "#e4ddce", "#2f5a4b"),
                                 (-2, 136, "#fbf7ee", "#5d7f5c")):
        with c.group(f"rotate({angle} 200 220)"):
            c.rect(x, 90, 132, 188, 4, c.lit(tone, "down", .06))
            m = x + 66
            c.line(f"M{m} 254V140", leaf, 4)
            for y in (150, 178, 206):
                c.path(f"M{m} {y + 22}q-40-6-38-34q36 2 38 34zM{m} {y + 14}q40-6 38-34q-36 2-38 34z",
                       leaf)


def notebook(c, p):
    with c.group("rotate(-7 200 200)"):
        c.rect(112, 68, 196, 274, 6, c.lit("#f1e8d4"))
        c.rect(100, 62, 196, 274, 8, c.lit(p.colour), c.fabric("waffle", p.colour))
        c.rect(100, 62, 30, 274, 6, darker(p.colour, .2))
        c.rect(160, 122, 106, 62, 4, "#fbf6ea")
        c.line("M176 146H250M176 162H226", "#9a8d78", 3)
        c.line("M226 336v34l9-9l9 9v-34", "#b8443e", 7)
    with c.group("rotate(32 320 240)"):
        c.rect(312, 120, 15, 190, 3, c.lit("#d3a03c"))
        c.path("M312 310h15l-7.500 26z", "#ecd3a6")


def knitting_kit(c, p):
    c.floor(200, 330, 140)
    c.line("M96 96L262 282M304 92L140 286", "#c99e6b", 8)
    c.oval(94, 94, 10, 10, "#8a5a38"), c.oval(306, 90, 10, 10, "#8a5a38")
    for x, y, r, tone in ((142, 246, 80, p.colour), (264, 256, 70, lighter(p.colour, .18))):
        c.oval(x, y, r, r, c.lit(tone, "round", .24))
        for dx in (-.5, -.15, .2, .5):
            c.line(f"M{x - r * .8:.0f} {y + r * dx:.0f}Q{x} {y + r * (dx - .55):.0f} "
                   f"{x + r * .8:.0f} {y + r * dx:.0f}", darker(tone, .22), 3, opacity=.7)
        c.line(f"M{x - r * .4:.0f} {y - r * .75:.0f}Q{x + r * .3:.0f} {y} {x - r * .3:.0f} "
               f"{y + r * .8:.0f}", lighter(tone, .3), 3, opacity=.6)
    c.line("M212 318Q300 352 350 322", p.colour, 5)


def ornaments(c, p):
    straw = "#dcb765"
    for x, y, r in ((200, 150, 92), (106, 282, 60), (296, 286, 60)):
        c.line(f"M{x} {y - r}V{y - r - 40}", p.colour, 2.5)
        for angle in range(0, 180, 30):
            with c.group(f"rotate({angle} {x} {y})"):
                c.path(f"M{x} {y - r}l7 12L{x + 4} {y}l3 {r - 12}l-7 12l-7-12L{x - 4} {y}"
                       f"l-3-{r - 12}z", c.lit(straw))
        c.oval(x, y, r * .42, r * .42, "none", stroke=p.colour, stroke_width=3)
        c.oval(x, y, 9, 9, p.colour)


KINDS = {"SOA": soap, "BRU": brush, "NEC": necklace, "EAR": earrings, "RIN": ring,
         "BRC": bracelet, "JBX": jewellery_box, "GFT": gift_card, "SET": gift_set,
         "CAL": advent_candle, "CRD": cards, "NOT": notebook, "KNI": knitting_kit,
         "ORN": ornaments}
