"""What stands on the table and in the kitchen: stoneware, glass, wood."""

from .canvas import contrast, darker, lighter


def glazed(c, p, d):
    """A thrown shape: speckled glaze over a round body."""
    c.path(d, c.lit(p.colour, depth=.22), c.fabric("speckle", p.colour))


def mug(c, p):
    if p.says("espresso"):
        for x, y in ((136, 300), (260, 326)):
            c.floor(x, y, 66)
            glazed(c, p, f"M{x - 58} {y - 116}Q{x - 58} {y - 6} {x} {y}T{x + 58} {y - 116}z")
            c.path(f"M{x - 34} {y - 14}Q{x} {y - 6} {x + 34} {y - 14}L{x + 28} {y}H{x - 28}z",
                   "#c79f77")
            c.oval(x, y - 116, 58, 15, lighter(p.colour, .2))
            c.oval(x, y - 113, 50, 11, "#4b2f20")
        return
    wide = p.says("very large")
    left, right, top = (86, 282, 128) if wide else (104, 262, 116)
    middle = (left + right) // 2
    c.floor(middle, 332, 100)
    c.line(f"M{right - 4} 164Q{right + 76} 160 {right + 66} 226Q{right + 52} 276 {right - 12} 268",
           darker(p.colour, .1), 21)
    glazed(c, p, f"M{left} {top}Q{left - 12} 300 {left + 36} 328Q{middle} 338 {right - 36} 328"
                 f"Q{right + 12} 300 {right} {top}z")
    c.path(f"M{left + 22} 318Q{middle} 334 {right - 22} 318L{right - 36} 330Q{middle} 340 "
           f"{left + 36} 330z", "#c79f77")
    c.oval(middle, top, (right - left) // 2, 22, lighter(p.colour, .22))
    c.oval(middle, top + 4, (right - left) // 2 - 11, 16, "#5a3a28" if not wide else "#a5642c")
    c.shine(f"M{left + 18} 156Q{left + 10} 220 {left + 22} 276", 7, .4)


def bowl(c, p):
    big = p.says("salad")
    c.floor(200, 318, 110)
    glazed(c, p, "M60 166Q70 290 160 312H240Q330 290 340 166z")
    c.path("M152 306H248L240 324H160z", "#c79f77")
    c.oval(200, 166, 140, 40, lighter(p.colour, .25))
    c.oval(200, 172, 126, 32, darker(p.colour, .16))
    if big:
        for x, y, tone in ((140, 166, "#7f9a55"), (182, 158, "#93ad63"), (226, 166, "#6f8b4b"),
                           (262, 170, "#8da65c"), (200, 178, "#a3ba70")):
            c.oval(x, y, 34, 18, c.lit(tone, "round", .2))
        for x, y in ((164, 162), (240, 158), (212, 180)):
            c.oval(x, y, 12, 10, "#c9533f")
    else:
        c.oval(200, 176, 116, 24, "#eadfc6", c.fabric("speckle", "#eadfc6"))
        for x, y in ((170, 172), (186, 182), (208, 170), (228, 180)):
            c.oval(x, y, 9, 7, "#4c5a8a")
    c.shine("M78 196Q92 256 132 288", 7, .4)


def plate(c, p):
    small = p.says("side plate")
    r = 118 if small else 148
    c.oval(200, 200, r, r, c.lit(p.colour, "round", .14), c.fabric("speckle", p.colour))
    c.oval(200, 200, r, r, "none", stroke=darker(p.colour, .25), stroke_width=3)
    c.oval(200, 200, r * .7, r * .7, c.lit(lighter(p.colour, .12), "down", .12))
    c.line(f"M{200 - r * .88:.0f} 170Q{200 - r * .76:.0f} 108 160 {200 - r * .84:.0f}", "#fff", 6,
           opacity=.45)
    if small:
        c.path("M150 216L214 168L262 222Q214 250 150 216z", c.lit("#d9a25c"))
        c.path("M150 216Q214 250 262 222V238Q214 268 150 232z", c.lit("#f2ddb0"))


def flower(c, x, y, tone, r=13):
    c.oval(x, y, r, r * .9, c.lit(tone, "round", .22))


def vase(c, p):
    if p.says("tiny"):
        c.floor(200, 336, 70)
        c.line("M200 210Q196 130 204 84M202 160q28-12 30-36", "#6f8465", 5)
        flower(c, 205, 78, "#e6c15a", 24), c.oval(205, 78, 8, 8, "#8a5a38")
        glazed(c, p, "M182 202H218Q218 222 254 250Q280 300 236 332H164Q120 300 146 250"
                     "Q182 222 182 202z")
        c.shine("M148 282Q150 262 166 250", 6)
        return
    c.floor(200, 362, 80)
    c.line("M198 170Q180 96 140 50M200 170Q204 90 220 34M204 170Q236 110 274 76M196 130q-40-6-62-2"
           "M206 110q30-8 40-30", "#6f8465", 4.5)
    for x, y, r in ((138, 46, 19), (222, 30, 17), (278, 72, 20), (130, 126, 14), (250, 76, 13)):
        flower(c, x, y, "#d9896c", r)
    glazed(c, p, "M176 156Q180 148 200 148T224 156Q214 192 236 218Q290 254 272 312Q258 352 232 358"
                 "H168Q142 352 128 312Q110 254 164 218Q186 192 176 156z")
    c.oval(200, 156, 24, 7, darker(p.colour, .4))
    c.shine("M140 300Q136 264 164 240", 7)


def jug(c, p):
    c.floor(200, 346, 90)
    c.line("M266 150Q346 150 338 218Q328 276 272 284", darker(p.colour, .1), 18)
    glazed(c, p, "M120 88L148 96H262Q252 160 280 226Q296 316 252 342H150Q106 316 122 226"
                 "Q146 160 134 116z")
    c.path("M120 88L148 96H262Q230 116 190 114Q140 112 120 88z", darker(p.colour, .35))
    c.shine("M140 300Q132 250 148 210", 7)


def teapot(c, p):
    c.floor(196, 328, 120)
    c.path("M268 220Q318 214 326 146L356 140Q350 250 262 288z", c.lit(darker(p.colour, .06)))
    c.line("M112 164Q36 160 48 226Q60 284 122 276", darker(p.colour, .1), 17)
    glazed(c, p, "M190 128Q294 132 296 222Q292 310 236 324H144Q88 310 84 222Q86 132 190 128z")
    c.path("M130 140Q140 108 190 106T250 140Q190 156 130 140z", c.lit(lighter(p.colour, .08)))
    c.oval(190, 100, 15, 13, c.lit(p.colour, "round"))
    c.shine("M108 240Q108 190 138 166", 8)


def oven_dish(c, p):
    c.floor(200, 290, 160)
    c.path("M34 184Q28 166 50 164H92V198H54Q38 198 34 184zM366 184Q372 166 350 164H308V198H346"
           "Q362 198 366 184z", c.lit(darker(p.colour, .1)))
    glazed(c, p, "M66 168H334L318 270Q314 286 296 286H104Q86 286 82 270z")
    c.path("M66 168L92 140H308L334 168z", c.lit("#d9954a", "down"), c.fabric("speckle", "#b5702e"))
    c.path("M62 168H338V180H62z", lighter(p.colour, .2))
    c.shine("M96 196L108 264", 7)


def plant_pot(c, p):
    c.floor(200, 346, 110)
    for d in ("M200 196Q120 170 110 84Q190 96 200 196z", "M200 196Q280 170 296 92Q212 100 200 196z",
              "M200 196Q170 110 204 40Q240 110 200 196z", "M200 196Q120 206 78 160Q150 140 200 196z",
              "M200 196Q284 206 326 166Q250 142 200 196z"):
        c.path(d, c.lit("#6d8f5f", "down", .25))
    glazed(c, p, "M118 190H282L264 324H136z")
    c.path("M108 182H292V212H108z", c.lit(lighter(p.colour, .06)))
    c.path("M106 322H294L280 344H120z", c.lit(darker(p.colour, .08)))


def board(c, p):
    wood = "#c99e6b"
    with c.group("rotate(-9 200 200)"):
        c.rect(62, 118, 276, 176, 16, c.lit(wood, "down"), c.fabric("grain", wood))
        c.rect(80, 136, 240, 140, 10, "none", stroke=darker(wood, .25), stroke_width=5)
        c.oval(308, 148, 9, 9, darker(wood, .6))
        c.path("M130 222L206 172L240 228Q190 258 130 222z", c.lit("#efcf72"))
        c.path("M130 222Q190 258 240 228V244Q190 272 130 236z", c.lit("#e2b64e"))
        for x, y in ((262, 196), (282, 208), (262, 220), (278, 230)):
            c.oval(x, y, 11, 11, c.lit("#7a3350", "round", .25))


def spoons(c, p):
    tone = p.colour
    for x, angle, head in ((148, -9, "oval"), (200, 0, "flat"), (252, 9, "corner")):
        with c.group(f"rotate({angle} {x} 330)"):
            c.rect(x - 8, 150, 16, 206, 8, c.lit(tone), c.fabric("grain", tone))
            if head == "oval":
                c.oval(x, 112, 32, 48, c.lit(tone))
                c.oval(x, 112, 22, 36, darker(tone, .12))
            elif head == "flat":
                c.path(f"M{x - 26} 64H{x + 26}L{x + 10} 168H{x - 10}z", c.lit(tone))
            else:
                c.path(f"M{x - 32} 76Q{x + 30} 52 {x + 32} 112Q{x + 28} 160 {x} 164"
                       f"Q{x - 24} 150 {x - 32} 76z", c.lit(tone))
    c.line("M164 262H236", "#7f97a6", 15, stroke_linecap="butt")
    c.path("M200 262q-40-30-46 0t46 4zM200 262q40-30 46 0t-46 4z", "#93abb9")
    c.oval(200, 263, 8, 8, "#6d8594")


def jar(c, p):
    c.floor(200, 350, 100)
    c.path("M120 110H280V326Q280 346 258 346H142Q120 346 120 326z", "#e4eeee", opacity=.75)
    c.path("M130 186H270V320Q270 336 252 336H148Q130 336 130 320z", c.lit("#d9b47a"),
           c.fabric("curls", "#b98a4a"))
    c.rect(112, 66, 176, 50, 10, c.lit("#c89a66"), c.fabric("speckle", "#8a5a30"))
    c.shine("M138 130V316", 8, .7)
    c.line("M120 110V326Q120 346 142 346H258Q280 346 280 326V110", "#b9cccc", 3)


def glasses(c, p):
    tone = p.colour if p.colour != "#dfe9e8" else "#cfe0dc"
    c.floor(200, 346, 140)
    for x, y in ((134, 252), (268, 252), (200, 336)):
        c.path(f"M{x - 54} {y - 130}H{x + 54}L{x + 44} {y - 8}Q{x} {y + 6} {x - 44} {y - 8}z",
               c.lit(tone), opacity=.62)
        c.path(f"M{x - 50} {y - 74}H{x + 50}L{x + 44} {y - 8}Q{x} {y + 6} {x - 44} {y - 8}z",
               "#f3fbfb", opacity=.4)
        c.oval(x, y - 130, 54, 12, "none", stroke=lighter(tone, .5), stroke_width=4)
        c.oval(x, y - 74, 50, 9, "#ffffff", opacity=.5)
        c.shine(f"M{x - 38} {y - 112}L{x - 32} {y - 20}", 5, .7)


def wraps(c, p):
    c.floor(200, 322, 120)
    for y, tone, fabric in ((246, p.colour, "dots"), (190, "#e9d6a8", "check"),
                            (134, lighter(p.colour, .2), "stripes")):
        c.rect(84, y, 232, 62, 28, c.lit(tone, "down", .22), c.fabric(fabric, tone))
        c.oval(306, y + 31, 14, 30, darker(tone, .2))
        c.oval(306, y + 31, 6, 14, darker(tone, .45))
    c.line("M180 130V312", "#8a6a48", 7)
    c.path("M180 190q-34-22-40 0t40 4zM180 190q34-22 40 0t-40 4z", "#a3805a")


def tray(c, p):
    with c.group("rotate(-6 200 200)"):
        c.rect(52, 104, 296, 200, 30, c.lit("#d8b487", "down"))
        c.rect(64, 116, 272, 176, 22, c.lit(p.colour, "down"))
        leaf = contrast(p.colour, .4)
        for x, y, turn in ((118, 176, -30), (198, 158, 20), (284, 190, -15), (150, 252, 40),
                           (234, 250, -35)):
            with c.group(f"translate({x} {y}) rotate({turn})"):
                c.path("M0 34Q-34 4 0-38Q34 4 0 34z", leaf, opacity=.8)
                c.line("M0 42V-18", p.colour, 2.5)


KINDS = {"MUG": mug, "BOW": bowl, "PLA": plate, "VAS": vase, "JUG": jug, "TPT": teapot,
         "SER": oven_dish, "PLT": plant_pot, "CUT": board, "SPN": spoons, "JAR": jar,
         "GLA": glasses, "BWR": wraps, "TRA": tray}
