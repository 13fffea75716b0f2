//! An order's state in plain words, for the customer who proved to be its owner.

use jiff::civil::Date;

use crate::domain::order::{Order, OrderStatus};

/// Two or three sentences about an order. `title` names the goods of a variant's SKU,
/// where the catalogue still has them.
pub fn describe(order: &Order, today: Date, title: impl Fn(&str) -> Option<String>) -> String {
    let goods = goods(order, title);
    let number = &order.number;
    let state = match order.status {
        OrderStatus::AwaitingPayment => format!(
            "Your order **{number}** ({goods}) waits for your payment of {} {}. We send it as soon as the money has arrived.",
            order.total, order.currency
        ),
        OrderStatus::Placed | OrderStatus::Paid => format!(
            "Your order **{number}** ({goods}) has reached us and is about to be packed.{} Until then you can still change or cancel it.",
            expected(order, today)
        ),
        OrderStatus::Backorder => format!(
            "Your order **{number}** ({goods}) waits for goods that are out of stock.{}",
            expected(order, today)
        ),
        OrderStatus::Packed => {
            format!(
                "Your order **{number}** ({goods}) is packed and leaves with the next collection.{}",
                expected(order, today)
            )
        }
        OrderStatus::Shipped => format!(
            "Your order **{number}** ({goods}) is on its way{}{}.{}",
            by_carrier(order),
            order.shipped_at.map(|date| format!(" since {}", day(date, today))).unwrap_or_default(),
            expected(order, today)
        ),
        OrderStatus::Delivered => format!(
            "Your order **{number}** ({goods}) was delivered{}{}. If it has not reached you, tell me and I will get someone.",
            order.delivered_at.map(|date| format!(" {}", day(date, today))).unwrap_or_default(),
            by_carrier(order)
        ),
        OrderStatus::Returned => format!(
            "Your return of order **{number}** ({goods}) has reached us. The refund follows within 5 working days, to the way you paid."
        ),
        OrderStatus::Refunded => {
            format!(
                "Your order **{number}** ({goods}) has been refunded, to the way you paid. Banks take a few days to show it."
            )
        }
        OrderStatus::Cancelled => {
            format!(
                "Your order **{number}** ({goods}) was cancelled. Anything that you had paid goes back to the way you paid."
            )
        }
    };
    match &order.tracking {
        Some(tracking) if order.status == OrderStatus::Shipped => {
            format!("{state} Its tracking number is `{tracking}`.")
        }
        _ => state,
    }
}

fn goods(order: &Order, title: impl Fn(&str) -> Option<String>) -> String {
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
        goods.push(format!("{more} more"));
    }
    goods.join(", ")
}

fn by_carrier(order: &Order) -> String {
    order.carrier.as_ref().map(|carrier| format!(" with {carrier}")).unwrap_or_default()
}

/// A promise that has passed is not repeated as one.
fn expected(order: &Order, today: Date) -> String {
    match order.expected_by {
        Some(date) if date >= today => format!(" It should arrive by {}.", day(date, today)),
        Some(date) => {
            format!(" It was expected by {}, so it is late: tell me if I should get someone.", day(date, today))
        }
        None => String::new(),
    }
}

/// A date as one says it: with the weekday when it is near.
fn day(date: Date, today: Date) -> String {
    let away = today.until(date).map_or(i32::MAX, |span| span.get_days());
    match away {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        -6..=6 => date.strftime("%A %-d %B").to_string(),
        _ => date.strftime("%-d %B").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::order::OrderLine;
    use rstest::rstest;

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
        describe(&order(status), today.parse().unwrap(), |_| Some("Skagen throw".into()))
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
    fn a_promise_that_has_passed_is_called_late() {
        assert!(told(OrderStatus::Shipped, "2026-11-22").contains("so it is late"));
    }

    #[test]
    fn goods_that_the_catalogue_lost_keep_their_number() {
        let told = describe(&order(OrderStatus::Paid), "2026-11-18".parse().unwrap(), |_| None);
        assert!(told.contains("2 × T-1"), "{told}");
    }
}
