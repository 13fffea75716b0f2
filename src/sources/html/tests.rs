use super::*;
use rstest::rstest;

/// A page as shops' systems make them: everything around, and little of its own.
const PAGE: &str = r##"<!doctype html>
<html lang="en-GB"><head><title>Returns | Alder &amp; Wick</title><style>p{}</style>
<script>var tracked = "never read";</script></head>
<body class="page has-sidebar">
<div class="cookie-banner"><p>We use cookies to improve your experience.</p><button>Accept</button></div>
<header><a href="/"><img src="/logo.png" alt="Alder"></a>
  <nav><ul><li><a href="/mugs">Mugs</a></li><li><a href="/lamps">Lamps</a></li></ul></nav></header>
<main>
  <ol class="breadcrumb"><li><a href="/">Home</a></li><li>Help</li></ol>
  <h1>How do I return <em>an item</em>?</h1>
  <p>You may return anything unused within <strong>30 days</strong>. See <a href="/help/refunds">refunds</a>
     or <a href="javascript:alert(1)">this</a>.</p>
  <h2>What does it cost?</h2>
  <table><tr><th>Country</th><th>Costs</th></tr><tr><td>Belgium</td><td>free</td></tr>
    <tr><td>Germany</td><td>4.95 | 5.95 euros</td></tr></table>
  <h3>Steps</h3>
  <ol><li>Print the <b>label</b>.<ul><li>It is in your account</li></ul></li><li>Bring the parcel to a post office.</li></ol>
  <p>1. is no list here, and neither is this *star*.</p>
  <details><summary>Do you take it back after 30 days?</summary><p>No, but we repair it.</p></details>
  <form><label>Was this helpful?</label><button>Yes</button></form>
  <aside>Ten percent off today!</aside>
  <div class="related"><h2>Related articles</h2><ul><li><a href="/a">A</a></li></ul></div>
</main>
<footer><p>Alder &amp; Wick, Ghent. All rights reserved.</p></footer>
</body></html>"##;

fn page(text: &str) -> Result<Page, HtmlError> {
    read(text.as_bytes(), Some("text/html"), Some(&Url::parse("https://shop.example/help/returns").unwrap()))
}

#[test]
fn a_page_is_what_it_says_itself() {
    let page = page(PAGE).unwrap();
    assert_eq!((page.title.as_str(), page.language.as_deref()), ("How do I return an item?", Some("en-GB")));
    assert_eq!(
        page.body,
        "You may return anything unused within **30 days**. See [refunds](https://shop.example/help/refunds) or this.\n\n\
         ## What does it cost?\n\n\
         | Country | Costs |\n| --- | --- |\n| Belgium | free |\n| Germany | 4.95 \\| 5.95 euros |\n\n\
         ### Steps\n\n\
         1. Print the **label**.\n   - It is in your account\n2. Bring the parcel to a post office.\n\n\
         1\\. is no list here, and neither is this \\*star\\*.\n\n\
         ### Do you take it back after 30 days?\n\nNo, but we repair it."
    );
}

#[rstest]
#[case::no_main(
    "<title>Care - Shop</title><div id=top><ul><li><a href=/1>One</a><li><a href=/2>Two</a><li><a href=/3>Three</a><li><a href=/4>Four</a></ul></div><div><p>Wash it at thirty degrees, and never put it into the dryer.</p></div>",
    "Care - Shop",
    "Wash it at thirty degrees, and never put it into the dryer."
)]
#[case::title_of_the_window(
    "<title>Care | Shop</title><p>Wash it at thirty degrees, and never put it into the dryer.",
    "Care",
    "Wash it at thirty degrees, and never put it into the dryer."
)]
#[case::folded(
    "<h1>Care</h1><h2><button aria-controls=a1>May I wash it?</button></h2><div id=a1 hidden><p>Wash it at thirty degrees, and never put it into the dryer.</div>",
    "Care",
    "## May I wash it?\n\nWash it at thirty degrees, and never put it into the dryer."
)]
#[case::named_like_noise(
    "<h1>Cookies</h1><main id=cookies><div class=cookies><p>We keep a single cookie with your basket, for as long as you shop.</div></main>",
    "Cookies",
    "We keep a single cookie with your basket, for as long as you shop."
)]
#[case::pairs(
    "<h1>Mug</h1><p>A mug of stoneware for the oven and the dishwasher.<table><tr><td>Height:<td>10 cm<tr><td>Holds<td>30 cl</table>",
    "Mug",
    "A mug of stoneware for the oven and the dishwasher.\n\n- Height: 10 cm\n- Holds: 30 cl"
)]
fn pages_of_many_kinds(#[case] html: &str, #[case] title: &str, #[case] body: &str) {
    let page = page(html).unwrap();
    assert_eq!((page.title.as_str(), page.body.as_str()), (title, body));
}

#[rstest]
#[case(
    "<h1>Help</h1><main><ul><li><a href=/1>Returns</a><li><a href=/2>Delivery</a><li><a href=/3>Payment</a><li><a href=/4>Gift wrap</a></ul></main>",
    HtmlError::Empty
)]
#[case("", HtmlError::Empty)]
#[case("<p>Wash it at thirty degrees, and never put it into the dryer.", HtmlError::Untitled)]
#[case(
    "<meta name=robots content='noindex, follow'><h1>A</h1><p>Wash it at thirty degrees, never more than that.",
    HtmlError::Unlisted
)]
fn what_is_no_article_is_told(#[case] html: &str, #[case] error: HtmlError) {
    assert_eq!(page(html), Err(error));
}

#[test]
fn ten_thousand_nested_elements_do_no_harm() {
    let deep = format!(
        "<h1>Deep</h1><p>Wash it at thirty degrees, and never put it into the dryer.{}too deep",
        "<div>".repeat(10_000)
    );
    assert!(page(&deep).unwrap().body.starts_with("Wash it"));
    let _ = page(&format!("<h1>{}x", "<b><i>".repeat(5_000)));
}

proptest::proptest! {
    #[test]
    fn never_panics(html in "[<>/a-z =\"'&;#0-9\\n|*_-]{0,300}") {
        let _ = page(&html);
        let _ = page(&format!("<h1>t</h1><main><table><tr><td>{html}</main>"));
    }
}
