//! An order's state in plain words, for the customer who proved to be its owner.

use jiff::civil::Date;

use super::voices::{OrderWords, Voice};
use crate::domain::order::{Order, OrderStatus};

/// Two or three sentences about an order. `title` names the goods of a variant's SKU,
/// where the catalogue still has them.
pub fn describe(order: &Order, today: Date, voice: &Voice, title: impl Fn(&str) -> Option<String>) -> String {
    let words = &voice.order;
    let name = words.name.replace("{number}", &order.number).replace("{goods}", &goods(order, words, title));
    let form = match order.status {
        OrderStatus::AwaitingPayment => &words.awaiting_payment,
        OrderStatus::Placed | OrderStatus::Paid => &words.placed,
        OrderStatus::Backorder => &words.backorder,
        OrderStatus::Packed => &words.packed,
        OrderStatus::Shipped => &words.shipped,
        OrderStatus::Delivered => &words.delivered,
        OrderStatus::Returned => &words.returned,
        OrderStatus::Refunded => &words.refunded,
        OrderStatus::Cancelled => &words.cancelled,
    };
    let day = |date: Date| voice.time.day(date, today);
    let carrier = order.carrier.as_ref().map(|carrier| words.carrier.replace("{carrier}", carrier));
    let since = order.shipped_at.map(|date| words.since.replace("{day}", &day(date)));
    let delivered = order.delivered_at.map(|date| words.day.replace("{day}", &day(date)));
    // A promise that has passed is not repeated as one.
    let expected = order.expected_by.map(|date| {
        let form = if date >= today { &words.expected } else { &words.late };
        form.replace("{day}", &day(date))
    });
    let mut state = form
        .replace("{total}", &format!("{} {}", order.total, order.currency))
        .replace("{carrier}", &carrier.unwrap_or_default())
        .replace("{since}", &since.unwrap_or_default())
        .replace("{day}", &delivered.unwrap_or_default())
        .replace("{expected}", &expected.unwrap_or_default())
        // Last: what goods are called is not filled in any further.
        .replace("{order}", &name);
    if let Some(tracking) = order.tracking.as_ref().filter(|_| order.status == OrderStatus::Shipped) {
        state.push_str(&words.tracking.replace("{tracking}", tracking));
    }
    state
}

fn goods(order: &Order, words: &OrderWords, title: impl Fn(&str) -> Option<String>) -> String {
    let mut goods: Vec<String> = order
        .lines
        .iter()
        .map(|line| {
            let name = title(&line.sku).unwrap_or_else(|| line.sku.clone());
            if line.quantity > 1 { format!("{} × {name}", line.quantity) } else { name }
        })
        .collect();
    if goods.len() > 3 {
        let more = goods.len() - 2;
        goods.truncate(2);
        goods.push(words.more.replace("{count}", &more.to_string()));
    }
    goods.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::OrderLine;
    use rstest::rstest;

    use super::super::voices::Voices;

    fn order(status: OrderStatus) -> Order {
        let price = "59.90".parse().unwrap();
        Order {
            number: "AW-10482".into(),
            email: "ann@mail.example".into(),
            name: "Ann".into(),
            phone: None,
            country: "BE".into(),
            placed_at: "2026-11-16T09:12:00Z".parse().unwrap(),
            status,
            lines: vec![OrderLine { sku: "T-1".into(), quantity: 2, price }],
            shipping: "0.00".parse().unwrap(),
            total: "119.80".parse().unwrap(),
            currency: "EUR".into(),
            payment: None,
            carrier: Some("DHL".into()),
            tracking: Some("JD01".into()),
            shipped_at: Some("2026-11-17".parse().unwrap()),
            delivered_at: Some("2026-11-18".parse().unwrap()),
            expected_by: Some("2026-11-19".parse().unwrap()),
            note: None,
        }
    }

    fn told(status: OrderStatus, today: &str) -> String {
        describe(&order(status), today.parse().unwrap(), Voices::default().own(), |_| Some("Skagen throw".into()))
    }

    #[rstest]
    #[case(OrderStatus::AwaitingPayment, "waits for your payment of 119.80 EUR")]
    #[case(OrderStatus::Paid, "about to be packed")]
    #[case(
        OrderStatus::Shipped,
        "on its way with DHL since yesterday. It should arrive by tomorrow. Its tracking number is `JD01`."
    )]
    #[case(OrderStatus::Delivered, "was delivered today with DHL")]
    #[case(OrderStatus::Refunded, "has been refunded")]
    fn every_state_is_told(#[case] status: OrderStatus, #[case] words: &str) {
        let told = told(status, "2026-11-18");
        assert!(told.contains(words) && told.contains("**AW-10482** (2 × Skagen throw)"), "{told}");
    }

    #[test]
    fn every_language_has_its_own_words() {
        let voices = Voices::default();
        let today = "2026-11-18".parse().unwrap();
        let told = describe(&order(OrderStatus::Shipped), today, voices.in_language("nl"), |_| None);
        assert!(told.contains("is sinds gisteren onderweg met DHL. Ze komt uiterlijk morgen aan."), "{told}");
    }

    #[test]
    fn a_promise_that_has_passed_is_called_late() {
        assert!(told(OrderStatus::Shipped, "2026-11-22").contains("so it is late"));
    }

    #[test]
    fn goods_that_the_catalogue_lost_keep_their_number() {
        let told =
            describe(&order(OrderStatus::Paid), "2026-11-18".parse().unwrap(), Voices::default().own(), |_| None);
        assert!(told.contains("2 × T-1"), "{told}");
    }
}
