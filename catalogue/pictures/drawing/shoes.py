"""Shoes, most of them seen from the side, one behind the other."""

from .canvas import contrast, darker, lighter


def pair(c, one):
    """Draws `one` twice: a shoe in front and its fellow behind it."""
    c.floor(200, 306, 150)
    with c.group("translate(34 -52)"):
        one()
    with c.group("translate(-16 0)"):
        one()


def sole(c, colour, height=18, heel=0):
    c.path(f"M62 {292 - height}H330Q346 {292 - height} 344 {300 - height // 2}Q340 304 320 304H"
           f"{164 if heel else 76}{f'L146 {304 - heel}H138L134 304H72' if heel else ''}Q60 304 60 292z",
           colour)


def slipper(c, p):
    open_toe, lamb = p.says("open-toed"), p.says("sheepskin")

    def one():
        c.path("M60 276Q58 258 84 258H300Q340 262 340 286H62z", c.lit(darker(p.colour, .3)))
        if open_toe:
            c.path("M170 270Q190 200 252 202Q304 214 312 270z", c.lit(p.colour),
                   c.fabric("waffle", p.colour))
        else:
            c.path("M60 278Q52 214 84 208Q130 238 178 212Q240 190 300 226Q344 246 342 280z",
                   c.lit(p.colour), c.fabric("curls", p.colour) if lamb else None)
            edge = "#f3e9d6" if lamb else darker(p.colour, .22)
            c.path("M82 209Q130 240 184 212Q196 206 206 204Q140 186 82 209z", darker(p.colour, .5))
            c.line("M84 210Q130 240 178 214Q192 206 204 204", edge, 18 if lamb else 7)
        sole(c, "#d8c19a" if lamb else "#4a4440", 14)
    pair(c, one)


def sneaker(c, p):
    white = p.says("leather sneakers")
    rubber = "#c98f5a" if p.says("gum sole") else "#f1ede4"

    def one():
        body = c.lit(p.colour, "down", .2)
        c.path("M66 280Q58 220 70 182Q84 172 98 182Q112 204 140 200L168 174Q184 168 196 180"
               "Q220 218 286 228Q342 238 342 282z", body)
        c.path("M66 280Q58 220 70 182Q78 176 86 176Q104 226 100 282z",
               darker(p.colour, .12), opacity=.8)
        c.path("M272 226Q342 236 342 282H262Q250 246 272 226z", lighter(p.colour, .25))
        lace = "#fdfbf6" if not white else "#c9c3b8"
        c.line("M158 192l34 22M174 182l30 20M148 206l34 20M204 204l-26 22", lace, 5)
        c.line("M138 202Q150 250 240 262", darker(p.colour, .2), 1.6, opacity=.7)
        c.path("M96 180Q112 202 140 198", "none", stroke=darker(p.colour, .3), stroke_width=4)
        sole(c, rubber, 20)
        c.line("M64 290H340", darker(rubber, .2), 1.5)
    pair(c, one)


def boot(c, p):
    chelsea, rubber = p.says("chelsea"), p.says("rubber boots")

    def one():
        top = 104 if rubber else 132
        c.path(f"M84 284Q78 200 88 {top}H184Q190 200 208 218Q246 226 292 236Q338 248 338 286z",
               c.lit(p.colour, depth=.22))
        if chelsea:
            c.path("M122 134H162Q166 190 142 214Q118 190 122 134z", darker(p.colour, .35),
                   c.fabric("cord", p.colour))
            c.line("M92 120v18", darker(p.colour, .2), 6)
        elif rubber:
            c.path("M87 116H185", "none", stroke=darker(p.colour, .3), stroke_width=9)
            c.shine("M112 140Q106 190 110 236", 7, .35)
            c.line("M276 234Q262 254 264 284", darker(p.colour, .3), 2)
        else:
            c.path("M84 146Q82 118 92 116H182Q188 132 186 146z", "#eee2cc",
                   c.fabric("curls", "#eee2cc"))
            c.line("M154 162l34-6M158 182l36-6M166 202l36-6M182 220l30-8", "#e8d2a2", 4)
            c.path("M282 234Q338 246 338 286H268Q262 252 282 234z", darker(p.colour, .14))
        sole(c, "#2f2b2a" if not rubber else darker(p.colour, .35), 12, heel=8)
    pair(c, one)


def sandal(c, p):
    """Lying flat, seen from above; the other shoes stand."""
    with c.both_sides():
        c.path("M128 66Q178 62 182 128Q184 168 170 214Q160 262 170 300Q172 346 136 348"
               "Q100 348 98 302Q100 262 90 212Q74 150 84 110Q96 70 128 66z",
               c.lit("#d9bd92", "down"), stroke="#7a5a40", stroke_width=6)
        strap = c.lit(p.colour)
        c.path("M72 142Q126 92 192 132L190 168Q128 132 78 178z", strap,
               stroke=darker(p.colour, .25), stroke_width=1.5)
        c.path("M84 256Q132 222 178 250L174 280Q132 254 90 286z", strap,
               stroke=darker(p.colour, .25), stroke_width=1.5)
        c.rect(86, 252, 22, 24, 4, "none", stroke="#cfae62", stroke_width=4)


def loafer(c, p):
    def one():
        c.path("M64 280Q56 226 78 212Q106 244 160 226Q196 196 246 210Q340 226 342 282z",
               c.lit(p.colour, "down", .2))
        c.path("M78 212Q106 244 160 226Q176 214 190 208Q150 206 78 212z", darker(p.colour, .45))
        c.path("M190 206Q214 200 236 208L222 262Q194 262 180 254z", c.lit(lighter(p.colour, .12)))
        c.line("M238 216Q300 226 318 256Q268 246 224 252", contrast(p.colour, .3), 3,
               stroke_dasharray="2 5")
        sole(c, "#7a5a44", 12, heel=4)
    pair(c, one)


def espadrille(c, p):
    def one():
        c.path("M64 276Q56 214 82 204Q112 240 168 216Q204 194 254 212Q340 232 342 278z",
               c.lit(p.colour, "down", .18))
        c.path("M82 206Q112 240 168 216Q184 206 198 203Q150 198 82 206z", darker(p.colour, .5))
        sole(c, "#d9b67e", 24)
        c.line("M64 284H342M64 295H338", "#a9814a", 3, stroke_dasharray="7 4")
    pair(c, one)


KINDS = {"SLP": slipper, "SNE": sneaker, "BOO": boot, "SAN": sandal, "LOA": loafer,
         "ESP": espadrille}
