// What to call a customer of whom little is known.

import { t } from "../strings";
import type { CustomerBrief } from "../wire";

interface Named {
  customer: CustomerBrief;
  customer_id: string;
}

/** A name, else the address before the @, else a visitor with the end of their id. */
export function nameOfCustomer({ customer, customer_id }: Named): string {
  if (customer.name?.trim()) return customer.name.trim();
  const address = customer.email?.split("@")[0];
  if (address) return address;
  return t.visitorNumber(customer_id.slice(-4).toUpperCase());
}
