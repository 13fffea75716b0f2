/**
 * The sample shop's pages. A shop like any other: it knows nothing of Rapport but the
 * calls of `Rapport(...)` that docs/widget.md describes.
 */

// The stub keeps calls until widget.js is there.
const Rapport = (...command) => {
  window.Rapport ??= (...more) => void (window.Rapport.q ??= []).push(more);
  window.Rapport(...command);
};

const main = document.querySelector("#main");
const euro = new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" });
const products = await fetch("/demo/products.json").then((answer) => (answer.ok ? answer.json() : []));

const SHELVES = [
  ["blankets", "Blankets and throws", "For the sofa, and for the evening that turns cool."],
  ["lamps", "Lamps", "Soft light, dimmable, with bulbs that you can change."],
  ["ceramics", "Ceramics", "Turned and glazed by hand. No two are quite alike."],
  ["knitwear", "Knitwear", "Wool that is mended free of charge, for ever."],
];

/** A small helper for building the page without HTML in strings. */
function make(tag, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, dataset);
  element.append(...children.filter((child) => child !== null));
  return element;
}

function lowest(product) {
  return Math.min(...product.variants.map((variant) => Number(variant.price)));
}

function picture(product, eager) {
  return make("img", { src: `/catalogue/pictures/${product.picture}`, alt: "", width: 400, height: 400, loading: eager ? "eager" : "lazy" });
}

function card(product) {
  const prices = new Set(product.variants.map((variant) => variant.price));
  const price = `${prices.size > 1 ? "from " : ""}${euro.format(lowest(product))}`;
  return make(
    "li",
    {},
    make("a", { href: product.url }, picture(product), make("span", { className: "title", textContent: product.title }), make("span", { className: "price", textContent: price })),
  );
}

function front() {
  const [first, second] = ["AW-LAM-PADDO", "AW-THR-SKAGEN"].map((sku) => products.find((product) => product.sku === sku) ?? products[0]);
  main.append(
    make(
      "section",
      { className: "hero" },
      make(
        "div",
        {},
        make("h1", { textContent: "Evenings are for being at home." }),
        make("p", { textContent: "Blankets, lamps and ceramics from small workshops in Europe, sent from Ghent since 2012." }),
        make("a", { className: "button", href: "#blankets", textContent: "See what is warm" }),
      ),
      make("div", { className: "pair" }, picture(first, true), picture(second, true)),
    ),
  );
  for (const [category, title, words] of SHELVES) {
    const shelf = products.filter((product) => product.category === category && product.picture).slice(0, 4);
    if (!shelf.length) continue;
    main.append(
      make("section", { className: "shelf", id: category }, make("h2", { textContent: title }), make("p", { textContent: words }), make("ul", {}, ...shelf.map(card))),
    );
  }
  document.querySelector(location.hash || "#none")?.scrollIntoView();
}

function page(product) {
  document.title = `${product.title} · Alder & Wick`;
  Rapport("track", "product_view", { sku: product.sku, title: product.title, price: lowest(product), currency: product.currency });
  const price = make("p", { className: "price large" });
  const stock = make("p", { className: "stock" });
  const choice = make("select", { id: "variant", name: "variant" });
  for (const variant of product.variants) {
    const name = Object.values(variant.options).join(", ") || "One size";
    choice.append(make("option", { value: variant.sku, textContent: name }));
  }
  const chosen = () => product.variants.find((variant) => variant.sku === choice.value);
  const add = make("button", { className: "button", type: "submit", textContent: "Put it in the basket" });
  const show = () => {
    price.textContent = euro.format(Number(chosen().price));
    stock.textContent = chosen().stock > 0 ? "In stock: with you in one to three working days" : "Sold out just now";
    add.disabled = chosen().stock <= 0;
  };
  choice.addEventListener("change", show);
  show();
  const form = make("form", {}, make("label", { htmlFor: "variant", textContent: "Which one?" }), choice, add);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    putIntoBasket(product, chosen());
  });
  const facts = Object.entries(product.attributes ?? {}).flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]);
  main.append(
    make(
      "article",
      { className: "product" },
      picture(product, true),
      make(
        "div",
        {},
        make("h1", { textContent: product.title }),
        price,
        make("p", { textContent: product.description }),
        form,
        stock,
        make("dl", {}, ...facts),
        make("button", { className: "link", type: "button", textContent: "Ask us about it", dataset: { chat: "" } }),
      ),
    ),
  );
  const others = products.filter((other) => other.category === product.category && other.sku !== product.sku).slice(0, 4);
  if (others.length) main.append(make("section", { className: "shelf" }, make("h2", { textContent: "Beside it on the shelf" }), make("ul", {}, ...others.map(card))));
}

// The basket lives in this browser only.
const basket = JSON.parse(localStorage.getItem("alder-wick-basket") ?? "[]");
const drawer = document.querySelector("#basket");

function putIntoBasket(product, variant) {
  const line = basket.find((one) => one.sku === variant.sku);
  if (line) line.quantity += 1;
  else basket.push({ sku: variant.sku, title: product.title, option: Object.values(variant.options).join(", "), price: variant.price, picture: product.picture, quantity: 1 });
  keepBasket();
  Rapport("track", "add_to_cart", { sku: variant.sku, title: product.title, price: Number(variant.price), currency: product.currency, quantity: 1 });
  document.querySelector("#said").textContent = `${product.title} is in your basket.`;
  drawer.showModal();
}

function keepBasket() {
  localStorage.setItem("alder-wick-basket", JSON.stringify(basket));
  document.querySelector("#count").textContent = basket.reduce((sum, line) => sum + line.quantity, 0);
  const total = basket.reduce((sum, line) => sum + line.quantity * Number(line.price), 0);
  const lines = document.querySelector("#lines");
  lines.replaceChildren(
    ...basket.map((line) => {
      const remove = make("button", { className: "link", type: "button", textContent: "Remove", ariaLabel: `Remove ${line.title}` });
      remove.addEventListener("click", () => {
        basket.splice(basket.indexOf(line), 1);
        keepBasket();
      });
      return make(
        "div",
        { className: "line" },
        picture(line),
        make("p", {}, make("strong", { textContent: line.title }), make("br"), `${line.option ? `${line.option} · ` : ""}${line.quantity} × ${euro.format(Number(line.price))}`, make("br"), remove),
      );
    }),
  );
  if (!basket.length) return lines.append(make("p", { textContent: "It is empty. Something warm, perhaps?" }));
  const order = make("button", { className: "button", type: "button", textContent: "Order" });
  order.addEventListener("click", () => {
    Rapport("track", "purchase", { total, currency: "EUR", items: basket.map(({ sku, quantity }) => ({ sku, quantity })) });
    basket.length = 0;
    keepBasket();
    lines.replaceChildren(make("p", { textContent: "Thank you. In a real shop this would now be on its way." }));
  });
  lines.append(make("p", { className: "total" }, "Together ", make("strong", { textContent: euro.format(total) })), order);
}

document.querySelector(".cart").addEventListener("click", () => drawer.showModal());
document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-chat]")) Rapport("open");
});

keepBasket();
const slug = /^\/shop\/([\w-]+)/.exec(location.pathname)?.[1];
const wanted = products.find((product) => product.url === `/shop/${slug}`);
if (wanted) page(wanted);
else if (slug) main.append(make("section", { className: "hero" }, make("div", {}, make("h1", { textContent: "We have no such thing any more." }), make("a", { className: "button", href: "/demo", textContent: "To the shop" }))));
else front();
