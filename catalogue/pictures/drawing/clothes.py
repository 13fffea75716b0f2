"""Clothes, laid flat: everything with a neck, legs or fingers.

Most of them are a `top` (body, sleeves, neck) or `legs`, with their own details.
"""

from .canvas import contrast, darker, lighter


def top(c, p, chest=72, hem=300, flare=4, sleeve="long", neck="round", fabric=None, cuff=True):
    """The front of a garment around the middle line; `hem` is the y of its lower edge."""
    left, arm = 200 - chest, 172
    fill, weave = c.lit(p.colour), fabric and c.fabric(fabric, p.colour)
    shade = c.lit(darker(p.colour, .07), "down")
    with c.both_sides():
        if sleeve == "long":
            c.path(f"M{left + 8} 100C{left - 22} 112 {left - 42} 190 {left - 54} 276"
                   f"l35 9C{left - 12} 240 {left} 200 {left + 12} {arm}z", shade, weave)
            if cuff:
                c.line(f"M{left - 53} 266l36 9", darker(p.colour, .25), 2, opacity=.6)
        elif sleeve == "short":
            c.path(f"M{left + 8} 100C{left - 16} 110 {left - 32} 142 {left - 40} 176"
                   f"l40 14L{left + 14} {arm}z", shade, weave)
            c.line(f"M{left - 38} 169l39 14", darker(p.colour, .25), 1.5, opacity=.6)
    d = (f"M164 86L{left + 4} 102Q{left + 14} 140 {left + 10} {arm}L{left - flare} {hem}"
         f"Q200 {hem + 10} {400 - left + flare} {hem}L{390 - left} {arm}"
         f"Q{386 - left} 140 {396 - left} 102L236 86Q200 108 164 86z")
    c.path(d, fill, weave)
    necklines[neck](c, p)
    return d


def round_neck(c, p):
    c.path("M164 86Q200 78 236 86Q200 122 164 86z", darker(p.colour, .45))
    c.line("M163 87Q200 124 237 87", darker(p.colour, .18), 7)
    c.line("M164 85Q200 76 236 85", darker(p.colour, .2), 4)


def boat_neck(c, p):
    c.path("M158 87Q200 82 242 87Q200 104 158 87z", darker(p.colour, .45))
    c.line("M157 87Q200 106 243 87", darker(p.colour, .15), 4)


def v_neck(c, p):
    c.path("M164 86Q200 78 236 86L200 154z", darker(p.colour, .45))
    c.line("M163 87L200 155L237 87", darker(p.colour, .18), 8)
    c.line("M164 85Q200 76 236 85", darker(p.colour, .2), 4)


def high_neck(c, p):
    c.rect(164, 62, 72, 40, 12, c.lit(darker(p.colour, .08)), c.fabric("rib", p.colour))


def collar(c, p):
    c.path("M166 84Q200 74 234 84L200 122z", darker(p.colour, .45))
    with c.both_sides():
        c.path("M168 76L200 116L178 136L156 92z", c.lit(lighter(p.colour, .12), "down"),
               stroke=darker(p.colour, .22), stroke_width=1.2)


def hood(c, p):
    c.path("M148 100Q146 50 200 48Q254 50 252 100Q236 128 200 130Q164 128 148 100z",
           c.lit(darker(p.colour, .08)))
    c.path("M168 98Q166 66 200 64Q234 66 232 98Q216 116 200 116Q184 116 168 98z",
           darker(p.colour, .45))
    c.line("M184 116v42M216 116v38", lighter(p.colour, .55), 3)


necklines = {"round": round_neck, "boat": boat_neck, "v": v_neck, "high": high_neck,
             "collar": collar, "hood": hood, "none": lambda c, p: None}


def placket(c, p, start, end, count, button=None):
    """The buttoned edge down the middle."""
    c.line(f"M200 {start}V{end}", darker(p.colour, .25), 1.6)
    step = (end - start - 20) / max(count - 1, 1)
    for i in range(count):
        c.oval(200, round(start + 10 + i * step), 4, 4, button or contrast(p.colour, .55))


def pocket(c, p, x, y, width=38, height=40):
    c.path(f"M{x} {y}h{width}v{height - 8}l-{width / 2} 8l-{width / 2}-8z", "none",
           stroke=darker(p.colour, .25), stroke_width=1.8)


def pattern_of(p):
    """The fabric that the words of a product ask for."""
    for word, fabric in (("strip", "stripes"), ("breton", "stripes"), ("check", "check"),
                         ("flannel", "check"), ("cable", "cable"), ("waffle", "waffle"),
                         ("corduroy", "cord"), ("dotted", "dots")):
        if p.says(word):
            return fabric
    return None


def t_shirt(c, p):
    sleeve = "long" if p.says("long-sleeved") else "short"
    top(c, p, sleeve=sleeve, neck="boat" if p.says("boat neck") else "round",
        fabric=pattern_of(p))


def polo(c, p):
    top(c, p, sleeve="short", neck="collar", fabric="waffle" if p.says("piqué") else None)
    placket(c, p, 122, 170, 2)


def shirt(c, p):
    top(c, p, hem=316, neck="collar", fabric=pattern_of(p), flare=8 if p.says("oversized") else 4)
    placket(c, p, 124, 312, 6)
    pocket(c, p, 222, 152)


def silk_blouse(c, p):
    top(c, p, hem=296, flare=12, neck="v")
    bow = c.lit(lighter(p.colour, .1), "down")
    c.path("M198 152q-40-26-46 0t46 8z", bow)
    c.path("M202 152q40-26 46 0t-46 8z", bow)
    c.path("M196 156l-16 70l14 6l8-74zM204 156l14 66l-14 8l-4-72z", bow)
    c.oval(200, 156, 8, 9, darker(p.colour, .1))


def blouse(c, p):
    silk_blouse(c, p) if p.says("silk") else shirt(c, p)


def dress(c, p):
    long = p.says("evening")
    hem = 372 if long else 350
    if p.says("pinafore"):
        top(c, p, chest=54, hem=hem, flare=36, sleeve="none", neck="v", fabric="cord")
        c.oval(155, 112, 6, 6, "#5a3b24"), c.oval(245, 112, 6, 6, "#5a3b24")
        pocket(c, p, 140, 232), pocket(c, p, 222, 232)
        return
    top(c, p, chest=58, hem=hem, flare=44 if not long else 34, neck="v" if not p.says("linen")
        else "round", sleeve="short" if p.says("short sleeves") else "long", cuff=False)
    c.line("M148 206Q200 216 252 206", darker(p.colour, .3), 9 if p.says("wrap") else 2)
    if p.says("wrap"):
        c.path("M236 208l18 62l14-4l-18-58zM232 210l-2 66l13 2l4-66z", darker(p.colour, .22))
    for x in (168, 196, 228):
        c.line(f"M{x} 226Q{x + (x - 198) // 4} 290 {x + (x - 198) // 3} {hem - 18}",
               darker(p.colour, .2), 2, opacity=.5)


def skirt(c, p):
    if p.says("denim"):
        c.path("M138 96H262L284 306Q200 318 116 306z", c.lit(p.colour))
        placket(c, p, 112, 306, 5, "#c89a58")
        c.line("M126 250L118 296M140 116q4 40 40 34M260 116q-4 40-40 34", "#d8a765", 1.8)
    else:
        c.path("M146 88H254L312 330Q200 346 88 330z", c.lit(p.colour))
        for i in range(-5, 6):
            c.line(f"M{200 + i * 9} 108L{200 + i * 20} {335 - abs(i)}", darker(p.colour, .28), 2.4,
                   opacity=.65)
    c.rect(138, 84, 124, 22, 5, c.lit(darker(p.colour, .14)))


def legs(c, p, waist=56, ankle=40, hem=348, fabric=None):
    """A pair of trousers with straight or wide legs; `ankle` is a leg's width at the hem."""
    left, out = 200 - waist, 200 - waist - 18
    d = (f"M{left} 66H{400 - left}L{400 - out} {hem}h-{ankle}L206 172h-12L{out + ankle} {hem}"
         f"h-{ankle}z")
    c.path(d, c.lit(p.colour), fabric and c.fabric(fabric, p.colour))
    c.line("M200 90V172", darker(p.colour, .3), 2)
    c.line(f"M{left + 22} 200L{out + ankle // 2} {hem - 6}M{378 - left} 200"
           f"L{400 - out - ankle // 2} {hem - 6}", darker(p.colour, .22), 1.5, opacity=.5)
    c.rect(left - 2, 56, 2 * waist + 4, 22, 5, c.lit(darker(p.colour, .12)))


def trousers(c, p):
    if p.says("legging"):
        legs(c, p, waist=44, ankle=34)
    elif p.says("lounge trousers"):
        legs(c, p, ankle=48, hem=334)
        c.rect(126, 326, 50, 22, 6, darker(p.colour, .2), c.fabric("rib", p.colour))
        c.rect(224, 326, 50, 22, 6, darker(p.colour, .2), c.fabric("rib", p.colour))
        c.line("M194 78q-6 26-2 44M206 78q6 22 2 38", lighter(p.colour, .6), 3)
    elif p.says("wide"):
        legs(c, p, waist=52, ankle=74)
    else:
        legs(c, p, ankle=50)
        c.oval(200, 67, 4, 4, contrast(p.colour, .5))
        c.line("M150 84q2 34 22 36M250 84q-2 34-22 36", darker(p.colour, .3), 1.8)


def jeans(c, p):
    legs(c, p, ankle=54)
    stitch = {"stroke_dasharray": "4 3"}
    c.line("M146 84q2 38 38 36M254 84q-2 38-38 36M207 92q4 40-6 58", "#d8a765", 2, **stitch)
    c.line("M128 338h52M220 338h52", "#d8a765", 2, **stitch)
    c.oval(200, 67, 5, 5, "#c89a58")


def coat(c, p):
    rain = p.says("rain coat")
    top(c, p, chest=70, hem=362, flare=26, neck="hood" if rain else "v", cuff=False)
    if rain:
        c.line("M200 132V360", darker(p.colour, .35), 5)
        c.line("M140 262h34M226 262h34", darker(p.colour, .35), 5)
        return
    with c.both_sides():
        c.path("M162 84L140 120L158 136L150 148L198 206L200 152z", c.lit(lighter(p.colour, .1)),
               stroke=darker(p.colour, .25), stroke_width=1.2)
    c.line("M200 206V362", darker(p.colour, .3), 2)
    c.rect(134, 214, 132, 18, 3, c.lit(darker(p.colour, .15)))
    c.rect(190, 208, 22, 30, 4, "none", stroke=darker(p.colour, .5), stroke_width=4)
    c.line("M132 270l30-6M268 270l-30-6", darker(p.colour, .35), 4)


def jacket(c, p):
    top(c, p, chest=78, hem=306, neck="collar")
    with c.both_sides():
        c.path("M168 74L200 114L176 142L150 94z", "#6b4a34", c.fabric("cord", "#6b4a34"))
        c.rect(128, 226, 52, 56, 6, c.lit(lighter(p.colour, .06), "down"),
               stroke=darker(p.colour, .35), stroke_width=1.5)
        c.path("M126 224h56v18q-28 10-56 0z", darker(p.colour, .1))
    placket(c, p, 130, 304, 5, "#b58a4a")


def overshirt(c, p):
    top(c, p, chest=78, hem=308, neck="collar")
    placket(c, p, 126, 304, 5, "#7a5a3c")
    for x, y in ((142, 148), (220, 148), (140, 232), (222, 232)):
        pocket(c, p, x, y)
        c.rect(x - 1, y - 2, 40, 11, 2, darker(p.colour, .14))


def hoodie(c, p):
    top(c, p, chest=76, hem=300, neck="hood")
    c.path("M150 226h100l14 56h-128z", "none", stroke=darker(p.colour, .28), stroke_width=2.5)
    c.rect(122, 290, 156, 20, 7, c.lit(darker(p.colour, .12)), c.fabric("rib", p.colour))


def pyjamas(c, p):
    with c.group("translate(118 92) scale(.8) rotate(5 200 200)"):
        legs(c, p, fabric="upright" if p.says("striped") else pattern_of(p), ankle=62)
    with c.group("translate(-28 0) scale(.9)"):
        plain = p.says("plain")
        top(c, p, fabric=None if plain else pattern_of(p), neck="round" if plain else "collar")
        if not plain:
            placket(c, p, 124, 300, 4)
            pocket(c, p, 222, 148)


def sweater(c, p):
    fabric = pattern_of(p) or ("rib" if p.says("thick ribbed") else "knit")
    neck = "v" if p.says("v-neck") else "high" if p.says("collar") or p.says("close at the neck") \
        else "round"
    top(c, p, chest=78, hem=292, flare=-4, neck=neck, fabric=fabric)
    c.rect(126, 282, 148, 24, 8, c.lit(darker(p.colour, .1)), c.fabric("rib", p.colour))


def cardigan(c, p):
    top(c, p, chest=78, hem=298, neck="v", fabric="curls" if p.says("mohair") else "knit")
    band = darker(p.colour, .16)
    if p.says("shawl"):
        c.path("M158 82Q170 76 178 86L202 178L202 304H190V190L150 106z", band,
               c.fabric("rib", p.colour))
        c.path("M242 82Q230 76 222 86L202 178L202 304H210V190L250 106z", band,
               c.fabric("rib", p.colour))
        pocket(c, p, 134, 226), pocket(c, p, 228, 226)
    else:
        c.line("M200 156V302", band, 13)
    for y in (176, 206, 236, 266, 292):
        c.oval(200, y, 5, 5, "#6b4428" if p.says("leather") else lighter(p.colour, .65))


def slipover(c, p):
    top(c, p, chest=62, hem=290, sleeve="none", neck="v", fabric="knit")
    with c.both_sides():
        c.line("M142 102Q152 140 149 172", darker(p.colour, .18), 8)
    c.rect(136, 278, 128, 24, 8, c.lit(darker(p.colour, .1)), c.fabric("rib", p.colour))


def bathrobe(c, p):
    waffle = "waffle" if p.says("waffle") else "curls"
    top(c, p, chest=80, hem=358, flare=16, neck="hood" if p.says("hood") else "v", fabric=waffle)
    if not p.says("hood"):
        c.path("M156 82L178 80L204 190V356H192V206L144 110z", c.lit(lighter(p.colour, .2)))
        c.path("M244 82L222 80L198 190L206 206L256 110z", c.lit(lighter(p.colour, .2)))
    else:
        c.line("M200 130V356", darker(p.colour, .25), 2)
    c.rect(122, 212, 156, 16, 5, c.lit(darker(p.colour, .12)))
    c.path("M196 220l-12 74l15 2l8-72zM204 222l14 64l14-4l-18-64z", darker(p.colour, .1))
    c.oval(202, 220, 11, 10, darker(p.colour, .16))
    pocket(c, p, 132, 258, 44, 48), pocket(c, p, 224, 258, 44, 48)


def undershirt(c, p):
    top(c, p, chest=66, hem=310, flare=0, fabric="rib")


def apron(c, p):
    c.line("M166 96Q170 44 200 44T234 96", darker(p.colour, .2), 10)
    c.path("M160 90H240Q244 150 292 176L286 348Q200 360 114 348L108 176Q156 150 160 90z",
           c.lit(p.colour))
    c.line("M110 180Q88 196 78 230M290 180Q312 196 322 230", darker(p.colour, .2), 7)
    c.rect(142, 228, 116, 66, 6, c.lit(lighter(p.colour, .08), "down"),
           stroke=darker(p.colour, .28), stroke_width=1.8)
    c.line("M200 230v62", darker(p.colour, .28), 1.8)


def socks(c, p):
    fabric = "dots" if p.says("dotted") else "rib" if p.says("wool") else None
    if p.says("low-cut"):
        one = "M96 196Q120 214 150 200L196 206Q252 208 262 240Q262 262 230 262H104Q82 240 96 196z"
        for dx, dy in ((4, -170), (-56, -40)):
            with c.group(f"translate({dx} {dy}) scale(1.4)"):
                c.path(one, c.lit(p.colour))
                c.line("M97 199Q122 216 150 203L190 208", darker(p.colour, .25), 5)
                c.line("M232 214q-14 22-2 46", darker(p.colour, .2), 2)
        return
    one = ("M122 62H190V218Q196 232 232 252Q272 270 266 300Q262 318 236 318H196"
           "Q150 312 130 276Q120 256 122 218z")
    for dx, tone in ((54, darker(p.colour, .1)), (-24, p.colour)):
        with c.group(f"translate({dx} 8)"):
            c.path(one, c.lit(tone), fabric and c.fabric(fabric, tone))
            c.rect(118, 56, 76, 34, 8, c.lit(darker(tone, .1)), c.fabric("rib", tone))
            c.path("M240 256Q272 272 266 300Q262 318 236 318H226Q214 286 240 256z",
                   darker(tone, .22))
            c.path("M122 226Q150 232 158 262Q158 284 140 290Q120 262 122 226z", darker(tone, .22))


def tights(c, p):
    c.path("M146 60H254Q266 150 256 230L250 350Q248 366 226 364L216 356L206 150H194L184 356"
           "L174 364Q152 366 150 350L144 230Q134 150 146 60z", c.lit(p.colour, depth=.24),
           c.fabric("rib", p.colour) if p.says("ribbed") else None)
    c.rect(144, 52, 112, 26, 7, c.lit(darker(p.colour, .2)))


def briefs(c, p):
    for dy, tone in ((-74, p.colour), (0, mix_light(p.colour)), (74, p.colour)):
        with c.group(f"translate(0 {dy})"):
            c.path("M104 150H296Q298 184 288 200Q238 206 224 250H176Q162 206 112 200"
                   "Q102 184 104 150z", c.lit(tone))
            c.rect(102, 142, 196, 16, 5, darker(tone, .16))


def mix_light(colour):
    """The second of a pack: a paler sister of a dark colour, a darker one of a pale."""
    return contrast(colour, .3)


def bralette(c, p):
    c.line("M142 190Q140 110 158 74M258 190Q260 110 242 74", darker(p.colour, .12), 13)
    c.path("M100 220Q128 214 142 168Q172 178 200 226Q228 178 258 168Q272 214 300 220L296 286"
           "Q200 300 104 286z", c.lit(p.colour))
    c.path("M104 264Q200 280 296 264L296 288Q200 302 104 288z", darker(p.colour, .16))
    c.line("M200 226V270", darker(p.colour, .25), 2)


def boxers(c, p):
    for dx, dy, tone in ((34, -64, mix_light(p.colour)), (-20, 34, p.colour)):
        with c.group(f"translate({dx} {dy})"):
            c.path("M110 140H276L292 278Q250 290 214 280L196 226L176 280Q138 290 96 278z",
                   c.lit(tone))
            c.rect(108, 130, 170, 24, 5, darker(tone, .22))
            c.line("M194 154v72M208 158q14 30-10 62", darker(tone, .28), 2)


def scarf(c, p):
    if p.says("silk"):
        with c.group("rotate(-8 200 200)"):
            c.path("M96 96H304V304H96z", c.lit(p.colour, "down"), c.fabric("moons", p.colour),
                   stroke=contrast(p.colour, .5), stroke_width=8)
            c.path("M304 304L196 304L304 196z", c.lit(lighter(p.colour, .22)),
                   stroke=contrast(p.colour, .5), stroke_width=4)
        return
    if p.says("snood"):
        c.path("M92 150Q92 100 200 100T308 150V270Q308 318 200 318T92 270z", c.lit(p.colour),
               c.fabric("rib", p.colour))
        c.oval(200, 150, 108, 44, darker(p.colour, .4))
        c.line("M92 220Q200 280 308 214M94 262Q200 316 306 250", darker(p.colour, .3), 3,
               opacity=.5)
        return
    fabric = "check" if p.says("checked") else "herringbone"
    c.path("M232 120L300 132L262 322L196 312z", c.lit(darker(p.colour, .1)),
           c.fabric(fabric, p.colour))
    fringe(c, p, 198, 316, 256, 325)
    c.path("M128 128L204 118L198 340L122 336z", c.lit(p.colour), c.fabric(fabric, p.colour))
    fringe(c, p, 126, 337, 194, 341)
    c.path("M112 92Q200 44 288 92Q312 122 284 148Q200 196 116 148Q88 122 112 92z",
           c.lit(p.colour, "down"), c.fabric(fabric, p.colour))
    c.path("M146 104Q200 78 254 104Q200 136 146 104z", darker(p.colour, .45))


def fringe(c, p, x1, y1, x2, y2, count=9):
    """Short threads hanging along an edge."""
    d = "".join(f"M{round(x1 + (x2 - x1) * i / count)} {round(y1 + (y2 - y1) * i / count)}v18"
                for i in range(count + 1))
    c.line(d, darker(p.colour, .12), 3)


def hat(c, p):
    if p.says("straw"):
        c.oval(200, 252, 164, 48, c.lit(p.colour), c.fabric("wicker", p.colour))
        c.path("M116 246Q112 120 200 116T284 246Q200 276 116 246z", c.lit(p.colour),
               c.fabric("wicker", p.colour))
        c.path("M115 214Q200 246 285 214L284 248Q200 278 116 248z", "#3f4f63")
        return
    fabric = "cable" if p.says("cable") else "rib"
    if p.says("bobble"):
        fluff = lighter(p.colour, .25)
        c.oval(200, 88, 42, 40, c.lit(fluff, "round", .25), c.fabric("curls", fluff))
    c.path("M92 270Q84 112 200 106T308 270z", c.lit(p.colour), c.fabric(fabric, p.colour))
    c.rect(84, 244, 232, 66, 16, c.lit(darker(p.colour, .09)), c.fabric("rib", p.colour))


def gloves(c, p):
    if p.says("mitten"):
        one = ("M82 330Q78 246 86 176Q92 112 134 112T180 186Q186 196 204 184Q224 178 222 202"
               "Q214 236 178 262L174 330z")
    else:
        one = ("M88 330V226Q76 178 80 136Q90 124 98 136L104 190L106 112Q116 100 126 112L128 186"
               "L134 104Q146 94 154 106L152 190L162 122Q172 112 180 124Q180 176 174 214"
               "Q186 194 206 186Q220 190 212 204Q190 240 172 258V330z")
    for move in ("rotate(-6 130 220) translate(-14 -6)",
                 "translate(404 0) scale(-1 1) rotate(-6 130 220) translate(-10 12)"):
        with c.group(move):
            c.path(one, c.lit(p.colour), c.fabric("knit", p.colour))
            c.rect(78, 290, 102, 54, 10, c.lit(darker(p.colour, .12)), c.fabric("rib", p.colour))


KINDS = {
    "DRE": dress, "BLO": blouse, "SHI": shirt, "SKI": skirt, "TRO": trousers, "JEA": jeans,
    "COA": coat, "TEE": t_shirt, "PYJ": pyjamas, "POL": polo, "JAC": jacket, "OVR": overshirt,
    "SWT": hoodie, "SWE": sweater, "CAR": cardigan, "VES": slipover, "ROB": bathrobe,
    "VST": undershirt, "APR": apron, "SOC": socks, "TIG": tights, "BRI": briefs,
    "BRA": bralette, "BOX": boxers, "SCA": scarf, "HAT": hat, "GLO": gloves,
}
