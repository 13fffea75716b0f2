"""Candles and lamps: everything that glows."""

from .canvas import darker, lighter


def flame(c, x, y, size=1.0):
    """A flame whose wick ends at (x, y)."""
    c.glow(x, y - 20, round(120 * size))
    c.line(f"M{x} {y + 6}v-14", "#3b2f28", 3)
    with c.group(f"translate({x} {y}) scale({size})"):
        c.path("M0-52Q22-22 12-8Q0 4-12-8Q-20-24 0-52z", "#f5a93b")
        c.path("M0-34Q10-18 6-9Q0-3-6-9Q-10-18 0-34z", "#fff0bd")


def jar_candle(c, p):
    wax = "#f4ead6"
    c.floor(200, 336, 120)
    flame(c, 200, 170, 1.0)
    c.path("M112 132H288V306Q288 332 262 332H138Q112 332 112 306z", c.lit(p.colour, depth=.2),
           opacity=.92 if p.colour != "#dfe9e8" else .6)
    c.path("M122 186H278V300Q278 322 256 322H144Q122 322 122 300z", c.lit(wax), opacity=.55)
    c.oval(200, 186, 78, 13, lighter(wax, .3), opacity=.85)
    c.oval(200, 132, 88, 14, "none", stroke=lighter(p.colour, .5), stroke_width=4)
    c.line("M200 184v-18", "#3b2f28", 4)
    with c.group("translate(200 172)"):
        c.path("M0-52Q22-22 12-8Q0 4-12-8Q-20-24 0-52z", "#f5a93b")
        c.path("M0-34Q10-18 6-9Q0-3-6-9Q-10-18 0-34z", "#fff0bd")
    label(c, p, 152, 222, 96, 70)
    c.shine("M128 150V300", 6)


def label(c, p, x, y, width, height):
    """The shop's paper label: a leaf and the first word of the scent."""
    c.rect(x, y, width, height, 4, "#fbf6ea")
    middle = x + width // 2
    c.path(f"M{middle} {y + 36}q-15-11 0-28q15 17 0 28z", "#6f8465")
    c.text(middle, y + height - 12, "Alder & Wick", 13, "#4b3a2a")


def refill(c, p):
    c.floor(200, 326, 100)
    c.path("M122 150H278L262 322Q200 336 138 322z", c.lit("#d9c3a0"))
    c.oval(200, 150, 78, 18, c.lit("#f4ead6", "down"))
    c.oval(200, 150, 78, 18, "none", stroke="#c2a67c", stroke_width=4)
    c.line("M200 150v-30", "#3b2f28", 3)
    label(c, p, 150, 204, 100, 76)


def taper(c, p):
    if p.says("twisted"):
        for x, dy in ((152, 0), (248, 10)):
            scallops = "q7 11 0 22" * 11
            back = "q-7-11 0-22" * 11
            c.path(f"M{x + 17} {80 + dy}{scallops}h-34{back}Q{x} {58 + dy} {x + 17} {80 + dy}z",
                   c.lit(p.colour, depth=.25))
            c.line("".join(f"M{x - 18} {80 + dy + 22 * i}q20 0 36 22" for i in range(11)),
                   darker(p.colour, .25), 3, opacity=.7)
            c.line(f"M{x} {70 + dy}v-24", "#efe6d4", 3)
        return
    for x, y in ((116, 96), (172, 80), (228, 90), (284, 76)):
        c.path(f"M{x - 13} {y + 12}Q{x} {y - 8} {x + 13} {y + 12}L{x + 16} 336H{x - 16}z",
               c.lit(p.colour, depth=.22))
        c.line(f"M{x} {y + 2}v-24", "#efe6d4", 3)
    c.rect(88, 224, 224, 54, 3, c.lit("#e9dcc3", "down"))
    c.path("M200 268q-12-9 0-30q12 21 0 30z", "#6f8465")


def pillar(c, p):
    c.floor(200, 336, 110)
    flame(c, 200, 134, .9)
    c.path("M124 146V314Q124 334 200 334T276 314V146z", c.lit(p.colour, depth=.2),
           c.fabric("speckle", p.colour))
    c.oval(200, 146, 76, 20, lighter(p.colour, .4))
    c.oval(200, 150, 48, 10, "#f7d79a", opacity=.8)
    c.line("M200 150v-22", "#3b2f28", 3)
    with c.group("translate(200 134) scale(.9)"):
        c.path("M0-52Q22-22 12-8Q0 4-12-8Q-20-24 0-52z", "#f5a93b")
        c.path("M0-34Q10-18 6-9Q0-3-6-9Q-10-18 0-34z", "#fff0bd")


def tea_lights(c, p):
    c.floor(200, 292, 140)
    for x, y in ((112, 182), (200, 164), (288, 182), (148, 236), (252, 236)):
        c.path(f"M{x - 42} {y}V{y + 34}Q{x - 40} {y + 48} {x} {y + 50}T{x + 42} {y + 34}V{y}z",
               c.lit("#dfe9e8"), opacity=.9)
        c.oval(x, y, 42, 13, c.lit("#f6eddb", "down"))
        c.line(f"M{x} {y}v-12", "#3b2f28", 3)
    for x, y in ((148, 236), (252, 236)):
        flame(c, x, y - 4, .6)


def holder(c, p):
    brass = p.says("brass")
    c.floor(200, 334, 110)
    c.path("M184 90Q200 74 216 90L218 232H182z", c.lit("#f0e6d2"))
    flame(c, 200, 78, .8)
    c.path("M176 214H224L230 262H170z", c.lit(p.colour, depth=.3))
    if brass:
        c.path("M190 260H210V300H190z", c.lit(p.colour, depth=.3))
        c.line("M286 306q34-8 34-34t-36-18", darker(p.colour, .12), 9)
        c.path("M100 298H300Q296 330 200 330T100 298z", c.lit(p.colour, depth=.3))
        c.oval(200, 298, 100, 15, c.lit(lighter(p.colour, .25), "down"))
        c.path("M190 262H210L214 300H186z", c.lit(p.colour, depth=.3))
    else:
        c.path("M170 256Q118 268 122 310Q126 332 200 332T278 310Q282 268 230 256z",
               c.lit(p.colour, "round", .2), c.fabric("speckle", p.colour))
        c.shine("M142 290Q146 276 162 270", 5)


def diffuser(c, p):
    c.floor(200, 338, 90)
    c.line("M196 172L152 44M200 172L184 34M202 172L214 32M204 172L246 44M206 172L272 66",
           "#8a6a48", 4)
    c.rect(172, 152, 56, 34, 6, c.lit("#c79f4e"))
    c.path("M176 184H224Q226 204 270 214Q282 220 282 240V312Q282 334 258 334H142Q118 334 118 312"
           "V240Q118 220 130 214Q174 204 176 184z", c.lit(p.colour, depth=.2), opacity=.9)
    label(c, p, 152, 240, 96, 70)
    c.shine("M132 240V310", 6)


def table_lamp(c, p):
    if p.says("desk lamp"):
        desk_lamp(c, p)
        return
    c.floor(200, 352, 110)
    c.glow(200, 150, 170)
    if p.says("mushroom"):
        c.path("M178 206H222L232 326H168z", c.lit("#c99e6b"), c.fabric("grain", "#c99e6b"))
        c.path("M148 322H252Q262 348 252 350H148Q138 348 148 322z", c.lit("#b98a55"))
        c.path("M86 212Q88 92 200 88T314 212Q200 238 86 212z",
               c.lit(lighter(p.colour, .25), "round", .1))
        c.line("M252 342q50 4 80-6t68 4", "#8a7a66", 4)
    elif p.says("wireless"):
        c.rect(191, 150, 18, 180, 6, c.lit(p.colour, depth=.25))
        c.path("M132 330Q140 316 200 316T268 330Q270 352 200 352T132 330z", c.lit(p.colour))
        c.path("M124 168Q130 92 200 90T276 168Q200 184 124 168z", c.lit(p.colour, depth=.25))
        c.oval(200, 170, 72, 9, "#ffe9b8")
    else:
        c.path("M170 214H230Q228 236 262 258Q286 296 254 336Q200 356 146 336Q114 296 138 258"
               "Q172 236 170 214z", c.lit(p.colour, "round", .22), c.fabric("speckle", p.colour))
        c.shine("M146 290Q148 270 162 262", 6)
        c.path("M142 72H258L306 212Q200 230 94 212z", c.lit("#f3e4c4", depth=.1))
        c.line("M142 74H258M95 211Q200 229 305 211", "#cdb58a", 4)


def desk_lamp(c, p):
    c.floor(180, 346, 110)
    c.glow(290, 210, 120)
    c.line("M176 330L128 206L244 112", darker(p.colour, .12), 11)
    c.oval(128, 206, 12, 12, "#c79f4e"), c.oval(244, 112, 10, 10, "#c79f4e")
    c.path("M232 92L268 104Q330 130 344 196L238 226Q206 166 214 112z", c.lit(p.colour, depth=.25))
    c.path("M238 226L344 196Q330 224 296 232T238 226z", "#ffe9b8")
    c.path("M96 332Q104 318 176 318T256 332Q256 346 176 346T96 332z", c.lit(p.colour))


def floor_lamp(c, p):
    if p.says("arc"):
        c.floor(108, 366, 80)
        c.glow(288, 190, 130)
        c.line("M108 356Q70 40 214 44Q288 48 290 118", darker(p.colour, .1), 8)
        c.path("M50 352Q56 342 108 342T168 352Q168 366 108 366T50 352z", c.lit(p.colour))
        c.path("M250 112H330L356 196Q290 208 224 196z", c.lit("#f3e4c4", depth=.1))
        c.line("M225 195Q290 207 355 195", "#cdb58a", 4)
        return
    c.floor(200, 366, 110)
    c.glow(200, 110, 150)
    wood = "#c99e6b"
    c.line("M200 160L122 362", wood, 11), c.line("M200 160L278 362", wood, 11)
    c.line("M200 160L210 350", darker(wood, .2), 10)
    c.line("M158 268H244", "#c79f4e", 4)
    c.path("M136 44H264L298 160Q200 174 102 160z", c.lit(lighter(p.colour, .12), depth=.12))
    c.line("M103 159Q200 173 297 159", darker(p.colour, .2), 4)


def pendant(c, p):
    c.line("M200 0V108", "#4a4440", 4)
    c.glow(200, 250, 150)
    if p.says("rattan"):
        c.rect(188, 92, 24, 28, 5, "#8a6a48")
        c.path("M176 118H224Q330 160 322 246Q300 306 200 310T78 246Q70 160 176 118z",
               c.lit(p.colour, depth=.2), c.fabric("wicker", p.colour))
        c.line("M79 230Q200 282 321 230M96 182Q200 220 304 182M200 118Q120 200 150 304"
               "M200 118Q280 200 250 304M200 118V310", darker(p.colour, .3), 3, opacity=.6)
        c.oval(200, 300, 68, 11, "#ffe9b8")
        return
    c.rect(180, 98, 40, 44, 8, c.lit(darker(p.colour, .2)))
    c.path("M168 138H232Q244 186 318 226Q338 240 336 262H64Q62 240 82 226Q156 186 168 138z",
           c.lit(p.colour, depth=.25))
    c.oval(200, 262, 136, 20, "#fbf3dd")
    c.oval(200, 266, 40, 16, "#ffd98a")
    c.shine("M108 228Q154 206 176 166", 6, .4)


def wall_lamp(c, p):
    c.glow(250, 160, 150)
    c.oval(122, 250, 42, 58, c.lit(p.colour, depth=.25))
    c.line("M122 250Q240 262 248 210", darker(p.colour, .05), 11)
    c.path("M220 196H278L268 222H230z", c.lit(p.colour, depth=.25))
    c.oval(250, 144, 70, 68, c.lit("#fdf3dc", "round", .12))
    c.shine("M206 130Q214 100 240 94", 7, .7)


def lantern(c, p):
    c.floor(200, 352, 110)
    metal = c.lit(p.colour, depth=.25)
    c.line("M166 92Q170 44 200 44T234 92", darker(p.colour, .15), 7)
    c.path("M200 74L282 128H118z", metal)
    flame(c, 200, 232, .9)
    c.rect(168, 236, 64, 86, 6, c.lit("#f0e6d2"))
    c.rect(128, 128, 144, 198, 4, "#dfe9e8", opacity=.35)
    c.line("M128 128V326M272 128V326M200 128V180", darker(p.colour, .1), 9)
    c.rect(112, 122, 176, 16, 5, metal), c.rect(108, 322, 184, 28, 6, metal)
    c.shine("M146 150L146 290", 6, .5)


def bulb(c, p):
    c.glow(200, 160, 180)
    c.path("M200 56Q292 60 292 150Q290 200 244 244L240 278H160L156 244Q110 200 108 150"
           "Q108 60 200 56z", c.lit("#f6d796", "round", .14), opacity=.85)
    c.line("M178 270L166 168L184 208L200 160L216 208L234 168L222 270", "#d9822b", 3.5)
    c.rect(158, 274, 84, 62, 8, c.lit("#b9bcc0", depth=.3))
    c.line("M158 290L242 296M158 306L242 312M160 322L240 328", "#84878c", 4)
    c.rect(184, 334, 32, 14, 6, "#4a4440")
    c.shine("M132 150Q134 96 178 80", 8, .6)


KINDS = {"CND": jar_candle, "REF": refill, "TAP": taper, "PLR": pillar, "TEA": tea_lights,
         "HOL": holder, "DIF": diffuser, "LAM": table_lamp, "FLO": floor_lamp, "PEN": pendant,
         "WLL": wall_lamp, "LAN": lantern, "BUL": bulb}
