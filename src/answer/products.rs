//! Products as cards, each with its reason, and honest words where none fits.

use crate::domain::content::{Content, ProductCard};
use crate::search::products::Obstacle;
use crate::search::wish::{Demand, DemandKind, Limit, Wish};
use crate::search::{CatalogueIndex, ProductHit};

/// Cards for what was found; each shows the variant that fits the wish.
pub fn cards(hits: &[ProductHit], wish: &Wish) -> Content {
    Content::Products { items: hits.iter().map(|hit| card(hit, wish)).collect() }
}

/// Why nothing was found, and what comes nearest.
pub fn nothing_found(wish: &Wish, catalogue: &CatalogueIndex) -> String {
    let Some((obstacle, hit)) = catalogue.obstacle(wish) else {
        return "I found nothing like that in our shop. If you tell me what it is for, I look again.".to_owned();
    };
    let variant = hit.variant();
    let name = catalogue.title_of(&variant.sku).unwrap_or(&hit.product.title);
    let price = format!("{} {}", variant.price, hit.product.currency);
    let nearest = match &hit.product.url {
        Some(url) => format!("[{name}]({url}) for {price}"),
        None => format!("{name} for {price}"),
    };
    match obstacle {
        Obstacle::Price => format!(
            "Nothing that fits costs {}. The nearest in price is {nearest}.",
            limits(wish, &hit.product.currency)
        ),
        Obstacle::Demand(place) => {
            format!(
                "I found nothing {}. Without that, there is {nearest}.",
                wish.demands.get(place).map(described).unwrap_or_default()
            )
        }
        Obstacle::Stock => format!(
            "What fits is out of stock at the moment: {nearest}. On its page you can leave your address, and we write as soon as it is back."
        ),
    }
}

fn card(hit: &ProductHit, wish: &Wish) -> ProductCard {
    let variant = hit.variant();
    ProductCard {
        sku: variant.sku.clone(),
        title: hit.product.title.clone(),
        price: variant.price.to_string(),
        currency: hit.product.currency.clone(),
        image: hit.product.picture.as_deref().map(|file| address("pictures", file)),
        url: hit.product.url.clone(),
        model_3d: hit.product.model_3d.as_deref().map(|file| address("models", file)),
        reason: reason(hit, wish),
    }
}

/// `merino wool, 59.90 EUR: under your limit of 60.00 EUR, in grey, in stock`.
fn reason(hit: &ProductHit, wish: &Wish) -> String {
    let variant = hit.variant();
    let currency = &hit.product.currency;
    let mut what: Vec<String> = Vec::new();
    if let Some(material) = hit.product.attributes.get("material") {
        what.push(material.clone());
    }
    what.push(format!("{} {currency}", variant.price));

    let mut why: Vec<String> = Vec::new();
    match (wish.min, wish.max) {
        (Some(min), Some(max)) => why.push(format!("between {min} and {} {currency}", max.amount)),
        (None, Some(Limit { amount, inclusive })) if !inclusive || variant.price < amount => {
            why.push(format!("under your limit of {amount} {currency}"));
        }
        (None, Some(_)) => why.push("just within your limit".into()),
        (Some(min), None) => why.push(format!("above {min} {currency}")),
        (None, None) => {}
    }
    // The material stands in front already.
    why.extend(hit.met.iter().filter(|met| !what.contains(*met)).cloned());
    why.push(if hit.in_stock() { "in stock".into() } else { "out of stock at the moment".into() });
    format!("{}: {}", what.join(", "), why.join(", "))
}

fn limits(wish: &Wish, currency: &str) -> String {
    match (wish.min, wish.max) {
        (Some(min), Some(max)) => format!("between {min} and {} {currency}", max.amount),
        (None, Some(Limit { amount, inclusive: true })) => format!("{amount} {currency} or less"),
        (None, Some(Limit { amount, inclusive: false })) => format!("less than {amount} {currency}"),
        (Some(min), None) => format!("{min} {currency} or more"),
        (None, None) => "that".into(),
    }
}

fn described(demand: &Demand) -> String {
    match demand.kind {
        DemandKind::Option => format!("in {}", demand.word),
        DemandKind::Size => format!("in size {}", demand.word.to_uppercase()),
        DemandKind::Material => format!("made of {}", demand.word),
        DemandKind::Property => format!("that is {}", demand.word),
    }
}

/// A file of the catalogue where it is served; whatever is an address already stays.
fn address(folder: &str, file: &str) -> String {
    let is_address = file.starts_with('/') || file.contains("://");
    if is_address { file.to_owned() } else { format!("/catalogue/{folder}/{file}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::wish::tests::shop;
    use rstest::rstest;

    fn ask(text: &str) -> (CatalogueIndex, Wish, Vec<ProductHit>) {
        let catalogue = CatalogueIndex::build(shop(), None).unwrap();
        let wish = Wish::read(text, &[], catalogue.vocabulary());
        let hits = catalogue.search(&wish, None, 4);
        (catalogue, wish, hits)
    }

    #[rstest]
    #[case(
        "a grey throw under 60 euros",
        "100 % merino wool, 59.90 EUR: under your limit of 60.00 EUR, in grey, in stock"
    )]
    #[case("a wool throw", "100 % merino wool, 59.90 EUR: in stock")]
    #[case(
        "green throw up to 59.90 eur",
        "100 % merino wool, 59.90 EUR: just within your limit, in bottle green, out of stock at the moment"
    )]
    #[case(
        "socks in size 41 between 10 and 20",
        "75 % merino wool, 25 % polyamide, 14.90 EUR: between 10.00 and 20.00 EUR, size 39-42, in stock"
    )]
    fn each_card_says_why(#[case] text: &str, #[case] expected: &str) {
        let (_, wish, hits) = ask(text);
        let Content::Products { items } = cards(&hits, &wish) else { panic!("no cards") };
        assert_eq!(items[0].reason, expected);
    }

    #[test]
    fn a_card_has_what_a_client_shows() {
        let (_, wish, hits) = ask("a wool throw");
        let Content::Products { items } = cards(&hits, &wish) else { panic!("no cards") };
        assert_eq!(items[0].sku, "throw-0");
        assert_eq!((items[0].price.as_str(), items[0].currency.as_str()), ("59.90", "EUR"));
        assert_eq!(items[0].image.as_deref(), Some("/catalogue/pictures/throw.svg"));
        assert_eq!(items[0].url.as_deref(), Some("/shop/throw"));
    }

    #[test]
    fn addresses_elsewhere_stay() {
        assert_eq!(address("pictures", "https://cdn.example/x.png"), "https://cdn.example/x.png");
        assert_eq!(address("models", "mug.gltf"), "/catalogue/models/mug.gltf");
    }

    #[rstest]
    #[case(
        "a navy throw under 60 euros",
        "Nothing that fits costs less than 60.00 EUR. The nearest in price is [Skagen wool throw, navy, 150x200 cm](/shop/throw) for 79.90 EUR."
    )]
    #[case(
        "a red throw",
        "I found nothing in red. Without that, there is [Skagen wool throw, grey, 130x180 cm](/shop/throw) for 59.90 EUR."
    )]
    #[case(
        "a shirt in XXL",
        "I found nothing in size XXL. Without that, there is [Bas flannel shirt, red, M](/shop/shirt) for 69.90 EUR."
    )]
    #[case("a spaceship", "I found nothing like that")]
    fn an_empty_result_says_what_excluded_it(#[case] text: &str, #[case] expected: &str) {
        let (catalogue, wish, hits) = ask(text);
        assert!(hits.is_empty());
        let told = nothing_found(&wish, &catalogue);
        assert!(told.starts_with(expected), "{told}");
    }
}
