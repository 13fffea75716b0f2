"""Cloth for the house: throws, cushions, bed linen, towels and table linen."""

from .canvas import darker, lighter, mix
from .clothes import fringe, pattern_of


def folded(c, p, x, y, width, layers, fabric, height=34):
    """A folded cloth: layers lying on one another, the fold to the left."""
    for i in reversed(range(layers)):
        tone = mix(p.colour, darker(p.colour, .12), i % 2)
        top = y + i * (height - 4)
        c.path(f"M{x + 16} {top}H{x + width - 4}q10 0 10 {height // 2}t-10 {height // 2}"
               f"H{x + 16}q-18 0-18-{height // 2}t18-{height // 2}z",
               c.lit(tone, "down", .2), c.fabric(fabric, tone) if fabric else None)


def throw(c, p):
    """A folded throw: the top seen from above, three folds in front, the fringe hanging over."""
    fabric = ("quilt" if p.says("weighted") else "cable" if p.says("chunky")
              else "herringbone" if p.says("herringbone") else "knit" if p.says("knitted")
              else "curls" if p.says("mohair") or p.says("fleece") else pattern_of(p))

    def weave(tone):
        return fabric and c.fabric(fabric, tone)

    c.floor(200, 334, 150)
    for i, tone in enumerate((darker(p.colour, .16), p.colour, darker(p.colour, .08))):
        y = 290 - 38 * i
        c.path(f"M66 {y}H334q18 2 18 21t-18 21H66q-18-2-18-21t18-21z", c.lit(tone, "down", .24),
               weave(tone))
    c.path("M104 108Q200 100 296 108Q306 110 310 120L352 218Q354 230 340 236Q200 246 60 236"
           "Q46 230 48 218L90 120Q94 110 104 108z", c.lit(lighter(p.colour, .06), "down", .12),
           weave(p.colour))
    flap = "M214 103L296 108Q306 110 310 120L352 218V282Q352 290 340 291L236 296Q230 200 214 103z"
    c.path(flap, c.lit(lighter(p.colour, .1), "across", .12), weave(p.colour))
    c.line("M214 103Q230 200 236 294", darker(p.colour, .3), 2.5, opacity=.45)
    c.line("M234 234Q296 234 348 224", darker(p.colour, .3), 3, opacity=.22)
    if p.says("fringe"):
        fringe(c, p, 240, 294, 346, 289, 13)


def cushion(c, p):
    long = p.says("long striped")
    fabric = "upright" if long else "curls" if p.says("bouclé") else pattern_of(p)
    c.floor(200, 326, 130)
    if long:
        d = "M60 140Q200 126 340 140Q352 210 340 290Q200 304 60 290Q48 210 60 140z"
    else:
        d = "M86 84Q200 104 314 84Q298 200 316 318Q200 300 84 318Q102 200 86 84z"
    c.path(d, c.lit(p.colour, "round", .2), fabric and c.fabric(fabric, p.colour))
    c.path(d, "none", stroke=darker(p.colour, .22), stroke_width=5 if p.says("piped") else 1.6)
    if not long:
        c.line("M106 106Q130 132 150 140M294 106Q272 132 252 138M108 298Q130 270 146 264",
               darker(p.colour, .25), 3, opacity=.35)
    if p.says("feather filling"):
        c.path("M166 238Q180 150 250 146Q250 218 184 234L158 258z", "#cfd6da")
        c.line("M158 258Q190 206 238 160M186 222l4-26M206 200l4-24M190 220l26-2M208 200l24-4",
               "#8d979e", 2)


def duvet_cover(c, p):
    fabric = pattern_of(p)
    weave = fabric and c.fabric(fabric, p.colour)
    c.path("M66 74H334Q344 74 344 86V346H56V86Q56 74 66 74z", c.lit("#efe9df", "down"))
    for x in (74, 206):
        c.path(f"M{x} 96Q{x + 60} 78 {x + 120} 96Q{x + 128} 132 {x + 120} 164Q{x + 60} 176 {x} 164"
               f"Q{x - 8} 132 {x} 96z", c.lit(lighter(p.colour, .12), "round", .12), weave)
    c.path("M44 196Q120 184 200 192T356 190V338Q356 352 340 352H60Q44 352 44 338z",
           c.lit(p.colour, "down", .14), weave)
    c.path("M44 194Q120 182 200 190T356 188V226Q280 216 200 226T44 228z",
           c.lit(lighter(p.colour, .25), "down"))
    c.line("M120 250Q140 300 128 346M248 240Q232 290 250 350M310 250q10 40 0 80",
           darker(p.colour, .22), 2.4, opacity=.35)


def sheet(c, p):
    c.floor(200, 304, 140)
    folded(c, p, 72, 140, 256, 5, None, 36)
    c.line("M84 150q40 8 76 0M84 182q30 6 60 0", darker(p.colour, .25), 1.6, opacity=.5)
    c.path("M176 130H224V292H176z", c.lit("#cdb79a"), opacity=.95)
    c.text(200, 218, "A&W", 17, "#4b3a2a")


def pillowcase(c, p):
    silk = p.says("silk")
    for dx, dy in ((0, -34), (0, 38)) if not silk else ((0, 0),):
        with c.group(f"translate({dx} {dy})"):
            c.path("M70 136Q200 112 330 136Q344 196 330 262Q200 284 70 262Q56 196 70 136z",
                   c.lit(p.colour, "round", .3 if silk else .14))
            c.line("M292 132Q302 196 292 266", darker(p.colour, .25), 2)
            c.line("M92 152Q118 172 134 176M94 246Q116 228 130 226", darker(p.colour, .25), 3,
                   opacity=.4)
            if silk:
                c.shine("M110 170Q170 142 250 150", 8, .5)


def filled(c, p):
    if p.says("pillow"):
        with c.group("translate(0 4)"):
            c.path("M56 128Q200 92 344 128Q366 196 344 270Q200 306 56 270Q34 196 56 128z",
                   c.lit("#f5f0e6", "round", .16))
            c.path("M56 128Q200 92 344 128Q366 196 344 270Q200 306 56 270Q34 196 56 128z", "none",
                   stroke="#cabfa9", stroke_width=3)
            c.line("M84 146Q116 172 140 176M318 250Q288 226 264 224", "#b8ab94", 3, opacity=.5)
        return
    c.floor(200, 322, 150)
    for y, tone in ((238, "#e6dfd2"), (164, "#eee8dc"), (92, "#f5f0e6")):
        c.path(f"M76 {y}H318Q346 {y + 4} 344 {y + 40}T318 {y + 80}H82Q52 {y + 78} 52 {y + 40}"
               f"T76 {y}z", c.lit(tone, "down", .18))
        c.line("".join(f"M{x} {y + 8}q6 32 0 64" for x in (120, 180, 240, 300)), "#b8ab94", 2,
               opacity=.6, stroke_dasharray="5 4")


def towel(c, p):
    if p.says("beach"):
        c.path("M66 92H334V96H66z", "#8a6a48", stroke="#8a6a48", stroke_width=9)
        c.path("M92 88H308V338Q200 346 92 338z", c.lit(p.colour), c.fabric("stripes", p.colour))
        fringe(c, p, 96, 338, 304, 338, 20)
        return
    if p.says("face cloth"):
        c.floor(200, 300, 110)
        for y, tone in ((228, darker(p.colour, .12)), (176, lighter(p.colour, .06)), (124, p.colour)):
            c.rect(100, y, 200, 60, 16, c.lit(tone, "down", .2), c.fabric("curls", tone))
        c.line("M106 142H294", darker(p.colour, .2), 3)
        return
    fabric = "waffle" if p.says("waffle") else "curls"
    c.floor(200, 330, 140)
    sizes = ((66, 246, 268, 84), (78, 176, 244, 76), (96, 116, 206, 66))
    for i, (x, y, width, height) in enumerate(sizes):
        tone = (p.colour, darker(p.colour, .1), lighter(p.colour, .1))[i]
        c.rect(x, y, width, height, 30, c.lit(tone, "down", .22), c.fabric(fabric, tone))
        c.line(f"M{x + 26} {y + height // 2}H{x + width - 4}", darker(tone, .3), 3, opacity=.55)


def bath_mat(c, p):
    with c.group("rotate(-7 200 200)"):
        c.rect(64, 118, 272, 176, 18, c.lit(p.colour, "down", .14), c.fabric("curls", p.colour))
        c.rect(86, 140, 228, 132, 10, "none", stroke=darker(p.colour, .2), stroke_width=7,
               opacity=.5)


def tea_towel(c, p):
    checked = p.says("checked")
    cloth = p.colour if checked else "#efe6d4"
    c.oval(200, 74, 11, 11, "#8a6a48")
    if not checked:
        c.path("M148 84L252 74Q276 200 268 334L150 340Q160 200 148 84z", c.lit(darker(cloth, .08)))
    c.path("M128 82Q200 66 262 84Q252 210 258 344Q190 356 118 342Q130 210 128 82z",
           c.lit(cloth), c.fabric("check", cloth) if checked else None)
    if not checked:
        c.line("M122 296Q190 308 257 298M121 318Q190 330 257 320", p.colour, 8)
        c.line("M126 118Q190 106 259 120", p.colour, 5)
    c.line("M168 92Q176 220 166 340M226 92Q216 220 228 344", darker(cloth, .25), 2, opacity=.4)


def oven_mitt(c, p):
    with c.group("rotate(8 200 200)"):
        c.path("M136 352Q128 252 130 158Q134 70 198 68T268 158Q272 176 288 160Q314 140 330 160"
               "Q340 186 306 222Q284 246 276 276L280 352z", c.lit(p.colour))
        c.line("M150 320V160Q156 92 198 90T246 160V216L300 176M170 320V168M192 320V120M214 320V120"
               "M234 320V150", darker(p.colour, .25), 1.8, stroke_dasharray="5 4")
        c.rect(128, 328, 158, 30, 9, darker(p.colour, .25))
        c.line("M284 344q26 6 14 26", darker(p.colour, .35), 6)


def napkins(c, p):
    for angle, tone in ((-16, darker(p.colour, .12)), (-5, p.colour), (6, lighter(p.colour, .12)),
                        (17, p.colour)):
        with c.group(f"rotate({angle} 200 330) translate(0 -4)"):
            c.path("M200 78L278 156V318H122V156z", c.lit(tone),
                   stroke=darker(tone, .18), stroke_width=1.5)
            c.line("M134 306V162L200 96L266 162V306", darker(tone, .22), 1.4, opacity=.7)
    c.rect(116, 268, 168, 26, 12, c.lit("#b98a55"))


def tablecloth(c, p):
    c.floor(200, 340, 150)
    c.path("M118 250V344H130V250zM270 250V344H282V250z", "#8a6240")
    c.path("M76 144L116 106H284L324 144z", c.lit(lighter(p.colour, .3), "down"))
    c.path("M76 144H324L338 258Q316 276 296 256Q272 282 246 260Q222 284 200 260Q176 284 152 260"
           "Q128 282 104 258Q84 276 62 258z", c.lit(p.colour))
    c.line("M104 258Q112 200 108 150M152 260Q154 200 156 150M246 260Q244 200 246 150"
           "M296 256Q290 200 292 150M200 260V152", darker(p.colour, .22), 2, opacity=.5)
    c.path("M182 124Q180 88 190 78H210Q220 88 218 124Q200 132 182 124z", c.lit("#5f7f94"))
    c.line("M196 80Q186 50 170 46M204 80Q208 46 222 40M200 78V44", "#5d7f5c", 4)
    for x, y in ((170, 44), (223, 38), (200, 42)):
        c.oval(x, y, 11, 10, c.lit("#d9896c", "round"))


KINDS = {"THR": throw, "CUS": cushion, "DUV": duvet_cover, "SHE": sheet, "PIL": pillowcase,
         "DWN": filled, "TOW": towel, "BAT": bath_mat, "TEX": tea_towel, "OVM": oven_mitt,
         "NAP": napkins, "TCL": tablecloth}
