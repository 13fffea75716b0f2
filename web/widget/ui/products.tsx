/** Suggested products: picture, price as the visitor writes prices, and why. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ProductCard } from "../../shared/wire";
import { Mark } from "./icons";
import { useUi } from "./ui";

export function Products({ items }: { items: ProductCard[] }): JSX.Element {
  return (
    <ul class="products" tabIndex={0}>
      {items.map((item) => (
        <Card key={item.sku} item={item} />
      ))}
    </ul>
  );
}

function Card({ item }: { item: ProductCard }): JSX.Element {
  const { words, chat, link } = useUi();
  const target = item.url ? link(item.url) : undefined;
  const address = typeof target === "object" ? target.here : typeof target === "string" ? target : undefined;
  return (
    <li class="product">
      <Picture src={item.image && new URL(item.image, chat.server).href} />
      <div dir="auto">
        {address ? (
          <a href={address} {...(typeof target === "string" && { target: "_blank", rel: "noopener noreferrer" })}>
            {item.title}
          </a>
        ) : (
          <b>{item.title}</b>
        )}
        <strong>{words.money(item.price, item.currency)}</strong>
        <small>{item.reason}</small>
      </div>
    </li>
  );
}

/** The name stands beside it, so the picture says nothing that a reader would miss. */
function Picture({ src }: { src?: string }): JSX.Element {
  const [failed, setFailed] = useState(!src);
  return <span class="picture">{failed ? <Mark /> : <img src={src} alt="" loading="lazy" onError={() => setFailed(true)} />}</span>;
}
