//! Products and their variants; the format is described in `docs/catalogue.md`.

use std::path::PathBuf;
use std::sync::Arc;

use super::fields::Fields;
use super::kept::{Kept, Unique};
use super::problem::{Found, Problems};
use super::shapes::{is_currency, is_file_or_web_address, is_number, is_page, is_slug};
use super::source::{self, Record, Row, Step, Table, TableOrigin};
use super::tree::Node;
use crate::domain::product::{Product, Variant};

const PRODUCT: [&str; 11] = [
    "sku",
    "title",
    "category",
    "description",
    "currency",
    "tags",
    "attributes",
    "picture",
    "model_3d",
    "url",
    "variants",
];
const VARIANT: [&str; 4] = ["sku", "options", "price", "stock"];

/// The columns of a table, with the field that each becomes.
const OF_PRODUCT: [(&str, &str); 9] = [
    ("product_sku", "sku"),
    ("title", "title"),
    ("category", "category"),
    ("description", "description"),
    ("currency", "currency"),
    ("tags", "tags"),
    ("attributes", "attributes"),
    ("picture", "picture"),
    ("url", "url"),
];
const OF_VARIANT: [(&str, &str); 4] =
    [("variant_sku", "sku"), ("options", "options"), ("price", "price"), ("stock", "stock")];

const SKU: &str = "a product's number: write up to 64 characters without spaces";

pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<Kept<Product>>, Problems> {
    let found = Found::default();
    let records = source::records(paths, from_table, &found);
    let mut products = Vec::with_capacity(records.len());
    for record in records {
        let product = product(&record, &found);
        products.extend(product.map(|product| Kept::new(product, record)));
    }
    check_unique(&products, &found);
    found.unless_any(products)
}

fn product(record: &Record, found: &Found) -> Option<Product> {
    let fields = Fields::of(record, &PRODUCT, found)?;
    let groups = fields.groups("variants", &VARIANT, "what a customer really buys, with `sku`, `price` and `stock`");
    Some(Product {
        sku: fields.fitting("sku", "AW-MUG-GENT", is_number, SKU),
        title: fields.text("title", "Gent stoneware mug"),
        category: fields.fitting(
            "category",
            "bed-linen",
            is_slug,
            "a category: write small letters, digits and hyphens, for example `bed-linen`",
        ),
        description: fields.optional_text("description").unwrap_or_default(),
        currency: fields.fitting(
            "currency",
            "EUR",
            is_currency,
            "a currency: write its three capital letters, for example EUR",
        ),
        tags: fields.texts("tags"),
        attributes: fields.named_texts("attributes"),
        picture: fields.optional_fitting(
            "picture",
            is_file_or_web_address,
            "a picture: write a file's name below catalogue/pictures, or an address that begins with https://",
        ),
        model_3d: fields.optional_fitting(
            "model_3d",
            is_file_or_web_address,
            "a 3D model: write a file's name below catalogue/models, or an address that begins with https://",
        ),
        url: fields.optional_fitting(
            "url",
            is_page,
            "a page: write it from the shop's root (`/shop/mug`) or in full, beginning with https://",
        ),
        variants: groups.iter().filter_map(variant).collect(),
    })
}

fn variant(fields: &Fields<'_>) -> Option<Variant> {
    let sku = fields.fitting("sku", "AW-MUG-GENT-BLUE", is_number, SKU);
    let options = fields.named_texts("options");
    let price = fields.price("price");
    let stock = fields.whole_number("stock", 0).unwrap_or(0);
    Some(Variant { sku, options, price: price?, stock })
}

/// Products differ from products, and variants from variants; a product that is sold in
/// one form only may share its number with that form.
fn check_unique(products: &[Kept<Product>], found: &Found) {
    let mut numbers = Unique::new("the SKU");
    let mut variants = Unique::new("the variant's SKU");
    for product in products {
        numbers.add(&product.value.sku, product, vec![Step::Value("sku".into())], found);
        for (index, variant) in product.value.variants.iter().enumerate() {
            let path = vec![Step::Value("variants".into()), Step::Item(index), Step::Value("sku".into())];
            variants.add(&variant.sku, product, path, found);
        }
    }
}

/// A row is a variant; the rows of one product stand together and repeat its fields.
fn from_table(table: Table, found: &Found) -> Vec<Record> {
    let column = |name: &str| table.columns.iter().position(|column| column == name);
    let known: Vec<&str> = OF_PRODUCT.iter().chain(&OF_VARIANT).map(|(column, _)| *column).collect();
    if !table.has_columns(&known, &["product_sku", "title", "category", "currency", "variant_sku", "price"], found) {
        return Vec::new();
    }
    let Some(number) = column("product_sku") else { return Vec::new() };
    let cell =
        |row: &'_ Row, name: &str| column(name).map(|index| row.cells[index].clone()).filter(|cell| !cell.is_empty());
    let entries = |row: &Row, names: &[(&str, &str)]| -> Vec<(String, Node)> {
        let entries =
            names.iter().filter_map(|(column, field)| Some(((*field).to_owned(), Node::Text(cell(row, column)?))));
        entries.collect()
    };

    let groups = table.rows.chunk_by(|row, next| row.cells[number] == next.cells[number]);
    let mut records = Vec::new();
    for rows in groups {
        table.check_repeated(rows, OF_PRODUCT.iter().map(|(column, _)| *column), found);
        let mut node = entries(&rows[0], &OF_PRODUCT);
        let variants = rows.iter().map(|row| Node::Map(entries(row, &OF_VARIANT)));
        node.push(("variants".to_owned(), Node::List(variants.collect())));
        let origin = TableOrigin {
            lines: rows.iter().map(|row| row.line).collect(),
            columns: Arc::clone(&table.columns),
            place,
        };
        records.push(Record::of_rows(&table, Node::Map(node), origin));
    }
    records
}

fn place(path: &[Step]) -> (usize, String) {
    match path {
        [Step::Value(list), Step::Item(row), rest @ ..] if list == "variants" => {
            (*row, source::column_of(rest, &OF_VARIANT))
        }
        path => (0, source::column_of(path, &OF_PRODUCT)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Folder, problems};
    use super::*;
    use rstest::rstest;

    const YAML: &str = r#"- sku: AW-MUG
  title: Gent mug
  category: tableware
  currency: EUR
  tags: [mug, gift]
  attributes: {material: stoneware}
  picture: mug.svg
  url: /shop/mug
  variants:
    - sku: AW-MUG-BLUE
      options: {colour: blue}
      price: "14.50"
      stock: 12
    - sku: AW-MUG-GREY
      options: {colour: grey}
      price: "14.50"
"#;

    const CSV: &str =
        "product_sku,title,category,description,currency,tags,attributes,picture,url,variant_sku,options,price,stock
AW-MUG,Gent mug,tableware,,EUR,mug;gift,material=stoneware,mug.svg,/shop/mug,AW-MUG-BLUE,colour=blue,14.50,12
AW-MUG,,,,,,,,,AW-MUG-GREY,colour=grey,14.50,
";

    const JSON: &str = r#"{"sku":"AW-MUG","title":"Gent mug","category":"tableware","currency":"EUR","tags":["mug","gift"],"attributes":{"material":"stoneware"},"picture":"mug.svg","url":"/shop/mug","variants":[{"sku":"AW-MUG-BLUE","options":{"colour":"blue"},"price":"14.50","stock":12},{"sku":"AW-MUG-GREY","options":{"colour":"grey"},"price":"14.50"}]}"#;

    fn values(paths: &[PathBuf]) -> Vec<Product> {
        read(paths).unwrap().into_iter().map(|kept| kept.value).collect()
    }

    #[test]
    fn all_formats_tell_the_same() {
        let folder = Folder::new();
        let yaml = values(&[folder.file("p.yaml", YAML)]);
        assert_eq!(yaml.len(), 1);
        assert_eq!(yaml[0].variants.len(), 2);
        assert_eq!(yaml[0].variants[0].price.cents, 1450);
        assert_eq!(yaml[0].variants[1].stock, 0);
        assert_eq!(values(&[folder.file("p.csv", CSV)]), yaml);
        assert_eq!(
            values(&[folder.file("semicolons.csv", &CSV.replace("mug;gift", "\"mug;gift\"").replace(',', ";"))]),
            yaml
        );
        assert_eq!(values(&[folder.file("p.jsonl", JSON)]), yaml);
        assert_eq!(values(&[folder.file("p.json", &format!("[\n{JSON}\n]"))]), yaml);
    }

    #[test]
    fn a_folder_stands_for_its_files() {
        let folder = Folder::new();
        folder.file("b.yaml", &YAML.replace("AW-MUG", "AW-CUP"));
        folder.file("a.yaml", YAML);
        folder.file("README.md", "not a product");
        let products = values(&[folder.path()]);
        assert_eq!(products.iter().map(|product| product.sku.as_str()).collect::<Vec<_>>(), ["AW-MUG", "AW-CUP"]);
    }

    #[rstest]
    #[case("14.50\"\n      stock", "14,50\"\n      stock", 12, 14, "is not a price: write it with a point")]
    #[case(
        "price: \"14.50\"\n      stock",
        "price: 14.5\n      stock",
        12,
        14,
        "put it in quotation marks, `price: \"14.5\"`"
    )]
    #[case("      price: \"14.50\"\n      stock", "      stock", 10, 7, "`price` is missing")]
    #[case(
        "      price: \"14.50\"\n      stock",
        "      pirce: \"14.50\"\n      stock",
        12,
        7,
        "did you mean `price`?"
    )]
    #[case("stock: 12", "stock: -1", 13, 14, "`stock` must be a whole number from 0 on")]
    #[case("stock: 12", "stock: many", 13, 14, "`stock` must be a whole number from 0 on")]
    #[case("EUR", "euro", 4, 13, "three capital letters")]
    #[case("category: tableware", "category: Table ware", 3, 13, "small letters, digits and hyphens")]
    #[case("/shop/mug", "javascript:alert(1)", 8, 8, "beginning with https://")]
    #[case("mug.svg", "../mug.svg", 7, 12, "below catalogue/pictures")]
    #[case("{colour: grey}", "{size: 42}", 15, 23, "put it in quotation marks, \"42\"")]
    #[case("[mug, gift]", "{mug: gift}", 5, 9, "must be a list")]
    #[case("AW-MUG-GREY", "AW-MUG-BLUE", 14, 12, "stands already in p.yaml, line 10")]
    #[case("  title: Gent mug\n", "", 1, 3, "`title` is missing: write for example `title: ")]
    #[case("title: Gent mug", "title: Gent: the mug", 2, 14, "this is not valid YAML")]
    #[case("title: Gent mug", "title: Gent mug\n  title: Again", 3, 3, "`title` stands twice")]
    #[case("title: Gent mug", "title: [a, b]", 2, 10, "must be a text, and not a list")]
    fn a_broken_product_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        assert!(YAML.contains(good), "the case fits the file");
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("p.yaml", &YAML.replacen(good, bad, 1))]));
        let problem = &problems.listed[0];
        assert!(problem.message.contains(says), "{problem}");
        assert_eq!((problem.line, problem.column, problems.count()), (line, column, 1), "{problems}");
    }

    #[rstest]
    #[case("14.50,12", "\"14,50\",12", 2, 12, "is not a price")]
    #[case("GREY,colour=grey", "GREY,grey", 3, 11, "is not a name with a value")]
    #[case("AW-MUG,,,", "AW-MUG,Another mug,,", 3, 2, "differs from line 2")]
    #[case("14.50,12", "14.50", 2, 0, "the row has 12 cells, and the first row names 13 columns")]
    #[case("title,category", "name,category", 1, 2, "there is no column `name`")]
    #[case(",price,", ",price,price,", 1, 13, "the column `price` stands twice")]
    fn a_broken_table_is_named_with_its_place(
        #[case] good: &str,
        #[case] bad: &str,
        #[case] line: usize,
        #[case] column: usize,
        #[case] says: &str,
    ) {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("p.csv", &CSV.replacen(good, bad, 1))]));
        let problem = problems.listed.iter().find(|problem| problem.message.contains(says));
        let problem = problem.unwrap_or_else(|| panic!("{problems}"));
        assert_eq!((problem.line, problem.column), (line, column), "{problems}");
    }

    #[test]
    fn json_lines_are_named_with_line_and_column() {
        let folder = Folder::new();
        let broken = format!(
            "{JSON}\n\n{}\n{{\"sku\": \"X\",,}}\n",
            JSON.replace("AW-MUG", "AW-CUP").replacen("14.50", "14,50", 1)
        );
        let problems = problems(read(&[folder.file("p.jsonl", &broken)]));
        let places: Vec<_> = problems.listed.iter().map(|problem| (problem.line, problem.column)).collect();
        let column = JSON.find("\"14.50\"").unwrap() + 1;
        assert_eq!(places, [(4, 13), (3, column)], "{problems}");
    }

    #[test]
    fn the_same_number_in_two_files_is_told() {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file("a.yaml", YAML), folder.file("b.csv", CSV)]));
        assert_eq!(problems.count(), 3, "{problems}");
        assert!(problems.listed[0].message.contains("the SKU `AW-MUG` stands already in a.yaml, line 1"), "{problems}");
        assert_eq!((problems.listed[2].line, problems.listed[2].column), (3, 10), "{problems}");
    }

    #[test]
    fn twenty_problems_are_listed_and_the_rest_counted() {
        let folder = Folder::new();
        let broken = "{\"sku\": 1}\n".repeat(40);
        let problems = problems(read(&[folder.file("p.jsonl", &broken)]));
        assert_eq!(problems.listed.len(), 20);
        assert!(problems.to_string().ends_with(&format!("\nand {} more", problems.count() - 20)));
    }

    #[rstest]
    #[case("p.txt", "x", "`.txt` is no known ending")]
    #[case("p", "x", "the name has no ending")]
    #[case("p.yaml", "", "nothing stands in this file")]
    #[case("p.yaml", "products: []", "must be a list")]
    #[case("p.csv", "", "nothing stands in this file")]
    #[case("p.jsonl", "\n\n", "nothing stands in this file")]
    fn a_file_that_holds_no_products_is_told(#[case] name: &str, #[case] text: &str, #[case] says: &str) {
        let folder = Folder::new();
        let problems = problems(read(&[folder.file(name, text)]));
        assert!(problems.to_string().contains(says), "{problems}");
    }

    #[test]
    fn what_is_not_utf_8_or_not_there_is_told() {
        let folder = Folder::new();
        let file = folder.bytes("p.csv", b"product_sku,title\nAW-1,caf\xe9\n");
        let problems = problems(read(&[file, folder.path().join("missing.yaml")]));
        assert_eq!((problems.listed[0].line, problems.listed[0].column), (2, 9), "{problems}");
        assert!(problems.listed[0].message.contains("UTF-8"));
        assert!(problems.listed[1].message.contains("cannot be read"));
    }
}
