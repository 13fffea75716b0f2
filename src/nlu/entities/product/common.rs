//! English words that say little about which product is meant, though a product may be named
//! with one: what things are, what they are made of, how they look, and plain speech.
//! It must not know any shop.

use std::collections::HashSet;
use std::sync::LazyLock;

const THINGS: &str = "apron bag bar basket bath bathrobe beanie bed bedside bench blanket blouse book boots bottle bowl box \
    bracelet brush bulb cable calendar candle candles card cards case chair chain cloth cloths clothes coat cover covers cup \
    cups curtain cushion cushions desk diffuser dish dress duvet earrings fabric feather filling frame furniture gift gifts \
    glass glasses gloves hall hat holder home hoodie house jacket jar jeans jumper kit kitchen knit ladder lamp lamps lantern \
    leggings letter light lights lounge mat mirror mug mugs napkins necklace oven pillow pillows pillowcase plant plate plates \
    pot pots present purse pyjamas refill ring robe room rug sandals scarf set sheet sheets shelf shirt shirts shoes shorts \
    skirt slippers snood soap sneakers socks sofa stool storage sweater table tablecloth tea teapot throw throws top towel \
    towels tray trousers vase wall wallet wash wrap";

const MAKE: &str = "brass canvas cashmere ceramic cork corduroy cotton denim enamel felt flannel fleece jersey leather linen \
    merino metal mohair oak paper plastic rattan rubber silk silver steel stone straw suede terry velvet wax wood wooden wool";

const LOOK: &str = "beige black blue bottle bright brown burgundy camel charcoal checked chunky clear coral cosy cream dark \
    dotted fitted gold green grey gray heavy knitted large light long medium mini minor mustard natural navy new nice old \
    olive orange organic pink plain purple quiet red round rust rustic sand scented short simple slim small soft square \
    straight striped sweet twisted warm washed weighted white wide yellow";

const SPEECH: &str = "about after again also always and any are back bad because been before being below best better big both \
    bought break broken bring but buy call came can cannot care change cheap check chose close cold colour could damaged day \
    days deal delivered delivery did different dinner does done dried dries drives each early else email evening even ever \
    every exchange expect family fast feel few find fine first fit for found free friend from full get give goes going good \
    got great greeting greetings had half hand happy has have haven hello help her here his hot hour how invoice item its job \
    just keep kept kind knew know late later least leave less let like line little live look looking lost lot love made make \
    many market matter may maybe mean might mind mine missing money month more morning most much must name near need net never \
    next night none north not note nothing now number off often once one only open opened order ordered other our out over own \
    package paid parcel part pay people pick piece pieces place please point post price problem product put quality question \
    quick quite rain read ready really reason receive received refund return right said same save say sea see seem sell send \
    sent service shall she ship shipped shop should show since size some someone something soon sorry south spring start \
    state stay street still stock stop store storm story such summer sure take thank thanks that the their them then there these they \
    thing things think this those though time times today together told tomorrow too track tracking tried try two under until \
    use used very wait waiting want wanted wants was way wear website week well went wick were what when where which while who why \
    will winter wish with within without wonder work worked working works worth would write wrong year yes yet you your";

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| [THINGS, MAKE, LOOK, SPEECH].into_iter().flat_map(str::split_whitespace).collect());

pub(super) fn is_common(word: &str) -> bool {
    WORDS.contains(word)
}

/// Words of a title that nobody repeats: they neither help nor are missed.
pub(super) fn is_filler(word: &str) -> bool {
    let counted = matches!(word, "piece" | "pieces" | "pair" | "pairs" | "set" | "sets");
    let grammar = matches!(word, "and" | "the" | "for" | "of" | "with" | "your" | "own" | "in" | "an");
    counted || grammar || word.bytes().all(|byte| byte.is_ascii_digit())
}
