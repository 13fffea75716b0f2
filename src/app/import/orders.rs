//! Orders as the shop's system tells them; the format is described in `docs/catalogue.md`.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::fields::Fields;
use super::kept::{Kept, Unique};
use super::problem::{Found, Problems};
use super::shapes::{is_country, is_currency, is_email, is_number};
use super::source::{self, Record, Row, Step, Table, TableOrigin};
use super::tree::{Node, shortened};
use crate::domain::order::{Order, OrderLine, OrderStatus};
use crate::domain::product::Price;

const ORDER: [&str; 17] = [
    "number",
    "email",
    "name",
    "phone",
    "country",
    "placed_at",
    "status",
    "lines",
    "shipping",
    "total",
    "currency",
    "payment",
    "carrier",
    "tracking",
    "shipped_at",
    "delivered_at",
    "expected_by",
];
const NOTE: &str = "note";
const LINE: [&str; 3] = ["sku", "quantity", "price"];

const STATUSES: [(&str, OrderStatus); 10] = [
    ("awaiting_payment", OrderStatus::AwaitingPayment),
    ("placed", OrderStatus::Placed),
    ("paid", OrderStatus::Paid),
    ("backorder", OrderStatus::Backorder),
    ("packed", OrderStatus::Packed),
    ("shipped", OrderStatus::Shipped),
    ("delivered", OrderStatus::Delivered),
    ("returned", OrderStatus::Returned),
    ("refunded", OrderStatus::Refunded),
    ("cancelled", OrderStatus::Cancelled),
];

const DAY: &str = "a day: write year-month-day, for example 2026-11-23";

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Kept<Order>>, Problems> {
    let found = Found::default();
    let mut orders = Vec::new();
    for record in source::records(paths, from_table, &found) {
        let order = order(&record, &found);
        orders.extend(order.map(|order| Kept::new(order, record)));
    }
    let mut numbers = Unique::new("the order");
    for order in &orders {
        numbers.add(&order.value.number, order, vec![Step::Value("number".into())], &found);
    }
    found.unless_any(orders)
}

/// Lines whose SKU no product has: the order can be told, but not what was bought.
pub(super) fn unknown_skus(orders: &[Kept<Order>], known: &HashSet<String>) -> Problems {
    let warnings = Found::default();
    for order in orders {
        for (index, line) in order.value.lines.iter().enumerate().filter(|(_, line)| !known.contains(&line.sku)) {
            let path = [Step::Value("lines".into()), Step::Item(index), Step::Value("sku".into())];
            let message = format!(
                "no product has the SKU `{}`: import the products too, or customers are told the number only",
                shortened(&line.sku)
            );
            order.tell(&path, message, &warnings);
        }
    }
    warnings.into_problems()
}

fn order(record: &Record, found: &Found) -> Option<Order> {
    let known: Vec<&str> = ORDER.into_iter().chain([NOTE]).collect();
    let fields = Fields::of(record, &known, found)?;
    let groups = fields.groups("lines", &LINE, "what was bought, with `sku`, `quantity` and `price`");
    let expected_lines = groups.len();
    let lines: Vec<OrderLine> = groups.iter().filter_map(line).collect();
    let placed_at = fields.parsed::<Timestamp>(
        "placed_at",
        "2026-11-16T09:12:00Z",
        "a date and time: write for example 2026-11-16T09:12:00Z, where Z stands for UTC",
    );
    let (shipping, total) = (fields.price("shipping"), fields.price("total"));
    let day = |name: &str| fields.optional_parsed::<Date>(name, DAY);
    let order = Order {
        number: fields.fitting(
            "number",
            "AW-10482",
            is_number,
            "an order's number: write up to 64 characters without spaces",
        ),
        email: fields.fitting(
            "email",
            "eva@example.com",
            is_email,
            "an e-mail address: write it without a name, for example eva@example.com",
        ),
        name: fields.text("name", "Eva Maes"),
        phone: fields.optional_text("phone"),
        country: fields.fitting(
            "country",
            "BE",
            is_country,
            "a country: write its two capital letters, for example BE",
        ),
        placed_at: placed_at.unwrap_or_default(),
        status: status(&fields).unwrap_or(OrderStatus::Placed),
        lines,
        shipping: shipping.unwrap_or(Price { cents: 0 }),
        total: total.unwrap_or(Price { cents: 0 }),
        currency: fields.fitting(
            "currency",
            "EUR",
            is_currency,
            "a currency: write its three capital letters, for example EUR",
        ),
        payment: fields.optional_text("payment"),
        carrier: fields.optional_text("carrier"),
        tracking: fields.optional_text("tracking"),
        shipped_at: day("shipped_at"),
        delivered_at: day("delivered_at"),
        expected_by: day("expected_by"),
        note: fields.optional_text(NOTE),
    };
    if shipping.is_some() && total.is_some() && order.lines.len() == expected_lines && expected_lines > 0 {
        check_total(&order, &fields);
    }
    if let (Some(shipped), Some(delivered)) = (order.shipped_at, order.delivered_at)
        && delivered < shipped
    {
        fields.problem(
            "delivered_at",
            format!("`delivered_at`: {delivered} is before `shipped_at`, {shipped}: correct one of them"),
        );
    }
    Some(order)
}

fn line(fields: &Fields<'_>) -> Option<OrderLine> {
    let sku = fields.fitting(
        "sku",
        "AW-MUG-GENT-BLUE",
        is_number,
        "a variant's number: write up to 64 characters without spaces",
    );
    let quantity = fields.required_number("quantity", 1, "1");
    let price = fields.price("price");
    Some(OrderLine { sku, quantity: quantity?, price: price? })
}

fn status(fields: &Fields<'_>) -> Option<OrderStatus> {
    let text = fields.text("status", "shipped");
    let status = STATUSES.iter().find(|(name, _)| *name == text).map(|(_, status)| *status);
    if status.is_none() && !text.is_empty() {
        let names: Vec<&str> = STATUSES.iter().map(|(name, _)| *name).collect();
        fields.problem(
            "status",
            format!("`status`: `{}` is no state of an order: write one of {}", shortened(&text), names.join(", ")),
        );
    }
    status
}

fn check_total(order: &Order, fields: &Fields<'_>) {
    let lines =
        order.lines.iter().try_fold(0_i64, |sum, line| sum.checked_add(line.price.cents.checked_mul(line.quantity)?));
    let sum = lines.and_then(|lines| lines.checked_add(order.shipping.cents));
    match sum {
        Some(cents) if cents == order.total.cents => {}
        Some(cents) => {
            let sum = Price { cents };
            fields.problem(
                "total",
                format!(
                    "`total`: {} is not what the lines and the shipping add up to, {sum}: correct one of them",
                    order.total
                ),
            );
        }
        None => fields.problem("total", "the lines add up to more than any price: check the quantities"),
    }
}

/// A row is a line of an order; the rows of one order stand together and repeat its fields.
fn from_table(table: Table, found: &Found) -> Vec<Record> {
    let columns = order_columns();
    let known: Vec<&str> = columns.iter().map(|(column, _)| *column).chain(LINE).collect();
    if !table.has_columns(&known, &["number", "sku", "quantity", "price"], found) {
        return Vec::new();
    }
    let column = |name: &str| table.columns.iter().position(|column| column == name);
    let Some(number) = column("number") else { return Vec::new() };
    let cell =
        |row: &Row, name: &str| column(name).map(|index| row.cells[index].clone()).filter(|cell| !cell.is_empty());
    let entry = |row: &Row, name: &str| Some((name.to_owned(), Node::Text(cell(row, name)?)));

    let mut records = Vec::new();
    for rows in table.rows.chunk_by(|row, next| row.cells[number] == next.cells[number]) {
        table.check_repeated(rows, columns.iter().map(|(column, _)| *column), found);
        let mut node: Vec<(String, Node)> = columns.iter().filter_map(|(column, _)| entry(&rows[0], column)).collect();
        let lines = rows.iter().map(|row| Node::Map(LINE.iter().filter_map(|name| entry(row, name)).collect()));
        node.push(("lines".to_owned(), Node::List(lines.collect())));
        let origin = TableOrigin {
            lines: rows.iter().map(|row| row.line).collect(),
            columns: Arc::clone(&table.columns),
            place,
        };
        records.push(Record::of_rows(&table, Node::Map(node), origin));
    }
    records
}

/// Columns are named like the fields.
fn order_columns() -> Vec<(&'static str, &'static str)> {
    ORDER.into_iter().chain([NOTE]).filter(|name| *name != "lines").map(|name| (name, name)).collect()
}

fn place(path: &[Step]) -> (usize, String) {
    match path {
        [Step::Value(list), Step::Item(row), rest @ ..] if list == "lines" => {
            (*row, source::column_of(rest, &LINE.map(|name| (name, name))))
        }
        path => (0, source::column_of(path, &order_columns())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, problems};
    use super::*;
    use rstest::rstest;

    const YAML: &str = r#"- number: AW-10482
  email: marta@mail.example
  name: Marta Lindqvist
  country: SE
  placed_at: 2026-11-16T09:12:00Z
  status: shipped
  lines:
    - {sku: AW-MUG-BLUE, quantity: 2, price: "14.50"}
    - {sku: AW-MUG-GREY, quantity: 1, price: "14.50"}
  shipping: "7.95"
  total: "51.45"
  currency: EUR
  carrier: DHL
  shipped_at: 2026-11-16
  delivered_at: 2026-11-18
  note: Please ring.
"#;

    const CSV: &str = "number,email,name,country,placed_at,status,sku,quantity,price,shipping,total,currency,carrier,shipped_at,delivered_at,note
AW-10482,marta@mail.example,Marta Lindqvist,SE,2026-11-16T09:12:00Z,shipped,AW-MUG-BLUE,2,14.50,7.95,51.45,EUR,DHL,2026-11-16,2026-11-18,Please ring.
AW-10482,,,,,,AW-MUG-GREY,1,14.50,,,,,,,
";

    fn values(paths: &[PathBuf]) -> Vec<Order> {
        read(paths).unwrap().into_iter().map(|kept| kept.value).collect()
    }

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let orders = values(&[folder.file("o.yaml", YAML)]);
        assert_eq!(orders.len(), 1);
        assert_eq!(orders[0].lines.len(), 2);
        assert_eq!(orders[0].status, OrderStatus::Shipped);
        assert_eq!(orders[0].total.cents, 5145);
        assert_eq!(values(&[folder.file("o.csv", CSV)]), orders);
        let json = serde_json::to_string(&orders[0]).unwrap();
        assert_eq!(values(&[folder.file("o.jsonl", &json)]), orders);
    }

    #[test]
    fn every_state_is_known_by_the_name_that_it_is_stored_under() {
        for (name, status) in STATUSES {
            assert_eq!(serde_json::to_value(status).unwrap(), name);
        }
    }

    #[rstest]
    #[case("51.45", "51.40", 11, 10, "the lines and the shipping add up to, 51.45")]
    #[case("marta@mail.example", "marta", 2, 10, "is not an e-mail address")]
    #[case("country: SE", "country: Sweden", 4, 12, "two capital letters")]
    #[case("2026-11-16T09:12:00Z", "2026-11-16", 5, 14, "is not a date and time")]
    #[case("status: shipped", "status: sent", 6, 11, "awaiting_payment, placed")]
    #[case("quantity: 2", "quantity: 0", 8, 36, "a whole number from 1 on")]
    #[case("quantity: 2, ", "", 8, 7, "`quantity` is missing")]
    #[case("2026-11-18", "2026-11-31", 15, 17, "is not a day")]
    #[case("2026-11-18", "2026-11-15", 15, 17, "is before `shipped_at`")]
    #[case("AW-10482", "AW 10482", 1, 11, "without spaces")]
    #[case("quantity: 2", "quantity: 9223372036854775807", 11, 10, "check the quantities")]
    fn a_broken_order_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        assert!(YAML.contains(good), "the case fits the file");
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("o.yaml", &YAML.replacen(good, bad, 1))]));
        let problem = &problems.listed[0];
        assert!(problem.message.contains(says), "{problem}");
        assert_eq!((problem.line, problem.column, problems.count()), (line, column, 1), "{problems}");
    }

    #[rstest]
    #[case("51.45", "51.40", 2, 11, "add up to")]
    #[case("GREY,1", "GREY,x", 3, 8, "a whole number")]
    #[case("AW-10482,,,,,,", "AW-10482,,,,,paid,", 3, 6, "differs from")]
    fn a_broken_table_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("o.csv", &CSV.replacen(good, bad, 1))]));
        assert!(problems.listed[0].message.contains(says), "{problems}");
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (line, column), "{problems}");
    }

    #[test]
    fn a_number_twice_is_told() {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("o.yaml", &YAML.repeat(2))]));
        assert!(
            problems.listed[0].message.contains("the order `AW-10482` stands already in o.yaml, line 1"),
            "{problems}"
        );
        assert_eq!(problems.listed[0].line, 17);
    }

    #[test]
    fn a_line_without_a_product_is_a_warning() {
        let folder = Folder::new();
        let orders = read(&[folder.file("o.yaml", YAML)]).unwrap();
        let warnings = unknown_skus(&orders, &HashSet::from(["AW-MUG-BLUE".to_owned()]));
        assert_eq!(warnings.count(), 1);
        assert_eq!((warnings.listed[0].line, warnings.listed[0].column), (9, 13), "{warnings}");
    }
}
