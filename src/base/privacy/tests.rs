//! What is personal and what only looks like it, and that masking is safe to repeat.

use proptest::prelude::*;
use rstest::rstest;

use super::{Kind, Kinds, find, mask, mask_kinds};

fn found(text: &str) -> Vec<(Kind, String)> {
    find(text).into_iter().map(|finding| (finding.kind, finding.value)).collect()
}

#[rstest]
// The schemes' published test numbers, in all their spacings.
#[case("4111111111111111", "4111111111111111")]
#[case("my card is 4111 1111 1111 1111, thanks", "4111111111111111")]
#[case("4242-4242-4242-4242", "4242424242424242")]
#[case("4012.8888.8888.1881", "4012888888881881")]
#[case("5555 5555 5555 4444 exp 12/27", "5555555555554444")]
#[case("2223003122003222", "2223003122003222")]
#[case("amex 3782 822463 10005", "378282246310005")]
#[case("371449635398431", "371449635398431")]
#[case("6011 1111 1111 1117", "6011111111111117")]
#[case("JCB 3530111333300000", "3530111333300000")]
#[case("diners card 3056 930902 5904", "30569309025904")]
#[case("6759649826438453", "6759649826438453")]
#[case("6212 3456 7890 0000 003", "6212345678900000003")]
#[case("old visa 4222222222222", "4222222222222")]
#[case("visa4111111111111111", "4111111111111111")]
#[case("card=4111111111111111&x=1", "4111111111111111")]
#[case("4111\u{a0}1111\u{a0}1111\u{a0}1111", "4111111111111111")]
#[case("4111 - 1111 - 1111 - 1111", "4111111111111111")]
#[case("2 4111111111111111", "4111111111111111")]
#[case("my card number: 41 11 11 11 11 11 11 11", "4111111111111111")]
#[case("order 4111 1111 1111 1111", "4111111111111111")]
#[case("GB29 NWBK 6016 1331 9268 18 4111 1111 1111 1111", "4111111111111111")]
fn cards_are_found(#[case] text: &str, #[case] number: &str) {
    assert_eq!(found(text), [(Kind::Card, number.to_owned())]);
}

#[rstest]
#[case("4111 1111 1111 1112")]
#[case("order 4111111111111112")]
#[case("tracking 1234567812345670")]
#[case("barcode 4006381333931")]
#[case("it scored 0.4242424242424242")]
#[case("+4111 1111 1111 1111")]
#[case("sizes 40 41 42 43 44 45 46 47")]
#[case("0000 0000 0000 0000")]
#[case("3SABCD4111111111111111")]
#[case("IMEI 490154203237518")]
fn what_only_looks_like_a_card_is_none(#[case] text: &str) {
    let cards = find(text).into_iter().filter(|finding| finding.kind == Kind::Card);
    assert_eq!(cards.collect::<Vec<_>>(), []);
}

/// Where an account ends and a card begins there is no third number; where two readings of a
/// card overlap, both are masked.
#[rstest]
#[case("BE68 5390 0754 7034\n\n5105 1051 0510 5100", "«IBAN»\n\n«card …5100»")]
#[case("5105105105105100 4111111111111111", "«card …5100» «card …1111»")]
fn neighbours_are_told_apart(#[case] text: &str, #[case] masked: &str) {
    assert_eq!(mask(text), masked);
}

#[rstest]
#[case("the cvv is 123", "the cvv is «card code»")]
#[case("CVC: 1234.", "CVC: «card code».")]
#[case("4111 1111 1111 1111 12/27 737", "«card …1111» 12/27 «card code»")]
#[case("4111111111111111, exp. 12/2027, 737", "«card …1111», exp. 12/2027, «card code»")]
#[case("the cv is 12 pages", "the cv is 12 pages")]
fn card_codes_are_masked(#[case] text: &str, #[case] masked: &str) {
    assert_eq!(mask(text), masked);
}

#[rstest]
#[case("BE68 5390 0754 7034", "BE68539007547034")]
#[case("be68539007547034", "BE68539007547034")]
#[case("my iban: be 68 5390 0754 7034.", "BE68539007547034")]
#[case("IBANNL91ABNA0417164300", "NL91ABNA0417164300")]
#[case("nl91 abna 0417 1643 00 please", "NL91ABNA0417164300")]
#[case("DE89 3704 0044 0532 0130 00", "DE89370400440532013000")]
#[case("GB29-NWBK-6016-1331-9268-19", "GB29NWBK60161331926819")]
#[case("FR14 2004 1010 0505 0001 3M02 606", "FR1420041010050500013M02606")]
#[case("NO93 8601 1117 947", "NO9386011117947")]
#[case("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S")]
fn accounts_are_found(#[case] text: &str, #[case] number: &str) {
    assert_eq!(found(text), [(Kind::Iban, number.to_owned())]);
}

#[rstest]
#[case("BE68 5390 0754 7035")]
#[case("BE68 5390 0754 70345")]
#[case("XX68 5390 0754 7034")]
#[case("the iban is on the invoice")]
fn other_codes_are_no_accounts(#[case] text: &str) {
    assert!(find(text).iter().all(|finding| finding.kind != Kind::Iban), "{:?}", find(text));
}

#[rstest]
#[case("85.07.30-033.28", "BE")]
#[case("85073003328", "BE")]
#[case("my BSN is 111222333", "NL")]
#[case("123456782 is mijn burgerservicenummer", "NL")]
#[case("078-05-1120", "US")]
#[case("SSN 078051120", "US")]
#[case("AB 12 34 56 C", "GB")]
#[case("my NI number is ab123456c", "GB")]
#[case("2 55 08 14 168 025 38", "FR")]
#[case("1 84 12 2A 451 089 33", "FR")]
#[case("86 095 742 719", "DE")]
#[case("12345678Z", "ES")]
#[case("12.345.678-Z", "ES")]
#[case("X1234567L", "ES")]
#[case("RSSMRA85T10A562S", "IT")]
#[case("756.9217.0769.85", "CH")]
#[case("811218-9876", "SE")]
#[case("pesel 44051401359", "PL")]
#[case("131052-308T", "FI")]
#[case("pps number 1234567T", "IE")]
#[case("my CPR is 010190-1234", "DK")]
#[case("SVNR 1237 010180", "AT")]
#[case("NIF 123456789", "PT")]
#[case("NHS number 943 476 5919", "GB")]
fn national_numbers_are_found(#[case] text: &str, #[case] country: &str) {
    let found: Vec<_> = find(text).into_iter().map(|finding| (finding.kind, finding.scheme)).collect();
    assert_eq!(found, [(Kind::NationalId, country)]);
}

#[rstest]
#[case("order 111222333")]
#[case("850730 03329")]
#[case("666-05-1120")]
#[case("article AB123456C")]
#[case("12345678A")]
#[case("RSSMRA85T10A562T")]
#[case("AW-10482 and AW-10483")]
#[case("it is 010190-1234")]
fn other_numbers_are_not_national(#[case] text: &str) {
    assert!(find(text).iter().all(|finding| finding.kind != Kind::NationalId), "{:?}", find(text));
}

#[rstest]
#[case("hello, where is my order AW-10482?", "hello, where is my order AW-10482?")]
#[case("mail eva@post.example or call +32 475 12 34 56", "mail «e-mail» or call «phone»")]
#[case("IBAN BE68 5390 0754 7034, card 5555555555554444", "IBAN «IBAN», card «card …4444»")]
#[case("rijksregister 85.07.30-033.28", "rijksregister «national id»")]
fn the_mask_says_what_stood_there(#[case] text: &str, #[case] masked: &str) {
    assert_eq!(mask(text), masked);
}

#[test]
fn other_kinds_stay() {
    let text = "eva@post.example pays BE68 5390 0754 7034 with 4111 1111 1111 1111";
    assert_eq!(mask_kinds(text, Kinds::CARDS), "eva@post.example pays BE68 5390 0754 7034 with «card …1111»");
    assert_eq!(mask_kinds(text, Kinds::NUMBERS), "eva@post.example pays «IBAN» with «card …1111»");
}

#[test]
fn json_is_masked_in_every_corner() {
    let mut value = serde_json::json!({"a": ["4111 1111 1111 1111"], "b": {"c": 4_111_111_111_111_111_u64}, "d": 3});
    super::mask_json(&mut value, Kinds::ALL);
    assert_eq!(value, serde_json::json!({"a": ["«card …1111»"], "b": {"c": "«card …1111»"}, "d": 3}));
}

fn fragment() -> impl Strategy<Value = String> {
    let known = [
        "4111", "1111", "5390", "0754", "7034", "BE68", "nl91", "ABNA", " ", "-", ".", "+", "@", "a.be", "85.07.30",
        "cvv ", "X123", "4567L", "card ", "bsn ", "K", "ſ", "é", "👋🏽", "\u{a0}", "\n", "0", "12/27",
    ];
    prop_oneof![4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => ".{0,4}"]
}

proptest! {
    #[test]
    fn any_text_is_masked_once(text in prop_oneof![".{0,80}", prop::collection::vec(fragment(), 0..24).prop_map(|parts| parts.concat())]) {
        let mut last = 0;
        for finding in find(&text) {
            prop_assert!(finding.span.start >= last && finding.span.end > finding.span.start);
            prop_assert!(text.get(finding.span.clone()).is_some());
            last = finding.span.end;
        }
        let once = mask(&text).into_owned();
        for kind in find(&once) {
            prop_assert!(matches!(kind.kind, Kind::Email | Kind::Phone | Kind::NationalId), "{once}: {kind:?}");
        }
    }
}
